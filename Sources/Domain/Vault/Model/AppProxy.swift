import Bytes
package import Crypto

/// The HTTP proxy that an app's calls go through, with its opened password.
package struct AppProxy: Sendable {
    /// The address and the user.
    package let url: ProxyURL
    /// The password of the user; nil if it has none.
    package let password: Secret?

    /// Makes a proxy of the vault.
    package init(url: ProxyURL, password: Secret?) {
        self.url = url
        self.password = password
    }
}

/// The checked URL of an HTTP proxy: `http://[USER@]HOST[:PORT]`. It never has a password.
package struct ProxyURL: Sendable, Equatable {
    /// The URL as it was written.
    package let text: String
    /// `http://HOST:PORT`. The default port is 80.
    package let address: String
    /// The user, decoded; nil if the URL has none.
    package let user: String?

    /// Reads a URL.
    ///
    /// Not valid are a password, another scheme than http, a path, a query, spaces, control characters, characters
    /// beyond ASCII, and ports outside 1–65535.
    /// - Throws: `VaultError.invalid` with the requirement. The text is not repeated, because it may hold a password.
    package init(_ text: String) throws(VaultError) {
        func refuse(_ expectation: String) -> VaultError { .invalid(field: "proxy", expectation: expectation) }
        let bytes = Array(text.utf8)
        guard bytes.count <= GatewayURL.maximumLength, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refuse("it must have at most \(GatewayURL.maximumLength) visible ASCII characters")
        }
        guard let (scheme, rest) = GatewayURL.splitScheme(bytes), scheme == "http" else {
            throw refuse("it must be http://[USER@]HOST:PORT")
        }
        let authority = rest.last == UInt8(ascii: "/") ? rest.dropLast() : rest
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        let name = at.map { authority[..<$0] }
        guard name?.contains(UInt8(ascii: ":")) != true else {
            throw refuse("a password is not allowed in it: give it with --proxy-password-file")
        }
        let place = at.map { authority[($0 + 1)...] } ?? authority
        guard GatewayURL.host(ofAuthority: place) != nil else {
            throw refuse("it must have a valid host name or address, a port from 1 to 65535 if any, and no path")
        }
        guard let user = Self.decoded(name) else {
            throw refuse("its user name must be text, with %XX for special characters")
        }
        self.text = text
        self.user = name == nil ? nil : user
        let hasPort = place.last != UInt8(ascii: "]") && place.contains(UInt8(ascii: ":"))
        address = "http://" + String(decoding: place, as: UTF8.self) + (hasPort ? "" : ":80")
    }

    /// The text of a user name without its `%XX`; empty for none. Nil if it is malformed, empty or has a colon or
    /// control characters, which a proxy could not take.
    private static func decoded(_ name: ArraySlice<UInt8>?) -> String? {
        guard var rest = name else { return "" }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)), value.count == 1 else {
                return nil
            }
            bytes += value
            rest = rest.dropFirst(2)
        }
        let isPlain = bytes.allSatisfy {
            $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/")
        }
        return bytes.isEmpty || !isPlain ? nil : String(validating: bytes, as: UTF8.self)
    }
}
