/// The checked address of a TOP gateway. Calls carry session keys, so plain http is only for loopback addresses, or if
/// it was allowed explicitly.
package struct GatewayURL: Sendable, Hashable, CustomStringConvertible {
    /// The maximum length of an address in bytes.
    package static let maximumLength = 2000

    /// The address as it was written.
    package let text: String
    /// Whether calls go over plain http.
    package let isPlain: Bool
    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    package let isLoopback: Bool

    /// The address as it was written. It never has credentials.
    package var description: String { text }

    /// Reads `https://host[:port][/path]`. `http://…` is valid if `allowsHTTP` is true or the host is a loopback
    /// address.
    ///
    /// Not valid are user names and passwords, queries and fragments (parameters go in the body), spaces, control
    /// characters, characters beyond ASCII, and ports outside 1–65535.
    /// - Throws: `VaultError.invalid` with `field` and the requirement.
    package init(_ text: String, allowsHTTP: Bool, field: String = "gateway URL") throws(VaultError) {
        func refuse(_ expectation: String) -> VaultError { .invalid(field: field, expectation: expectation) }
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumLength, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refuse("it must have at most \(Self.maximumLength) visible ASCII characters")
        }
        guard let (scheme, rest) = Self.splitScheme(bytes), scheme == "https" || scheme == "http" else {
            throw refuse("it must be https://host[:port]/path")
        }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard !authority.contains(UInt8(ascii: "@")) else { throw refuse("a user name or password is not allowed") }
        guard !rest.contains(UInt8(ascii: "?")), !rest.contains(UInt8(ascii: "#")) else {
            throw refuse("a query or fragment is not allowed: TopRelay sends all parameters in the body")
        }
        guard let host = Self.host(ofAuthority: authority) else {
            throw refuse("it must have a valid host name or address, and a port from 1 to 65535 if any")
        }
        self.text = text
        isPlain = scheme == "http"
        isLoopback = Self.isLoopback(host)
        guard !isPlain || isLoopback || allowsHTTP else {
            throw refuse("it must be https: plain http is allowed only to loopback addresses, or with --allow-http")
        }
    }

    static func splitScheme(_ bytes: [UInt8]) -> (scheme: String, rest: ArraySlice<UInt8>)? {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            return nil
        }
        return (String(decoding: bytes[..<colon], as: UTF8.self), bytes[(colon + 3)...])
    }

    /// The host of `host[:port]` or `[address][:port]` in lower case; nil if either part is malformed.
    static func host(ofAuthority authority: ArraySlice<UInt8>) -> String? {
        let host: ArraySlice<UInt8>
        let port: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[...end]
            port = authority[(end + 1)...]
            guard host.dropFirst().dropLast().allSatisfy(isAddressByte), host.count > 2 else { return nil }
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            port = authority[host.endIndex...]
            guard !host.isEmpty, host.allSatisfy(VaultName.isAllowed) else { return nil }
        }
        guard isPort(port) else { return nil }
        return String(decoding: host, as: UTF8.self).lowercased()
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(digits.count),
            digits.allSatisfy(isDigit)
        else { return false }
        return Int(String(decoding: digits, as: UTF8.self)).map { (1...65535).contains($0) } ?? false
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("127".utf8) else { return false }
        return parts.allSatisfy { part in
            (1...3).contains(part.count) && part.allSatisfy(isDigit) && Int(Substring(part)).map { $0 <= 255 } ?? false
        }
    }
}
