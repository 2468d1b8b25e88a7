import Bytes
package import Crypto

/// Signs TOP requests for one app.
///
/// The sign covers every parameter that is sent, except `sign` itself. Names and values are sorted by the bytes of the
/// names and concatenated without separators, followed by the raw body if there is one. They are in UTF-8, before any
/// encoding. Source: TOP's documentation, article 101617, and the official Java SDK.
package struct Signer: Sendable {
    /// The method of the sign. The caller must add the parameter `sign_method`.
    package let method: SignMethod
    private let algorithm: Algorithm

    private enum Algorithm {
        case enclosed(by: Secret)
        case keyed(HMACKey)
        case none(CryptoError)
    }

    /// Prepares the secret. If libcrypto rejects it, `sign` throws the error.
    package init(method: SignMethod, secret: Secret) {
        self.method = method
        do throws(CryptoError) {
            switch method {
            case .md5: algorithm = .enclosed(by: secret)
            case .hmac: algorithm = .keyed(try HMACKey(.md5, key: secret.bytes))
            case .hmacSHA256: algorithm = .keyed(try HMACKey(.sha256, key: secret.bytes))
            }
        } catch {
            algorithm = .none(error)
        }
    }

    /// Computes the sign: 32 (MD5) or 64 (SHA-256) upper-case hexadecimal digits.
    package func sign(_ parameters: [Parameter], body: [UInt8]? = nil) throws(CryptoError) -> String {
        try sign(baseString: baseString(ParameterList(parameters), body: body))
    }

    /// Computes the sign of an existing base string.
    package func sign(baseString: [UInt8]) throws(CryptoError) -> String {
        switch algorithm {
        case .enclosed(let secret): Hex.upper(try Digest.md5(baseString, enclosedBy: secret.bytes))
        case .keyed(let key): Hex.upper(try key.authenticate(baseString))
        case .none(let error): throw error
        }
    }

    /// Computes the same sign, with the base string in a buffer that the caller reuses.
    package func sign(
        _ parameters: ParameterList, body: [UInt8]? = nil, buffer: inout [UInt8]
    ) throws(CryptoError) -> String {
        buffer.removeAll(keepingCapacity: true)
        Self.appendBaseString(parameters, body, to: &buffer)
        return try sign(baseString: buffer)
    }

    /// The text that the sign is computed over, without the secret.
    package func baseString(_ parameters: ParameterList, body: [UInt8]? = nil) -> [UInt8] {
        var text: [UInt8] = []
        Self.appendBaseString(parameters, body, to: &text)
        return text
    }

    private static func appendBaseString(
        _ parameters: ParameterList, _ body: [UInt8]?, to text: inout [UInt8]
    ) {
        let order = order(of: parameters)
        let bytes = parameters.bytes.span
        text.append(addingCapacity: bytes.count + (body?.count ?? 0)) { output in
            // Each value stands after its name.
            for place in order { output.append(bytes.extracting(place.start..<place.end)) }
            if let body { output.append(body.span) }
        }
    }

    /// A parameter's place, with the first eight bytes of its name as one number. That orders nearly all names without
    /// another look at them.
    private struct Place {
        let prefix: UInt64
        let start: Int
        let middle: Int
        let end: Int
    }

    private static let signName = "sign".withUTF8Span { $0.prefixWord }

    /// The places of the parameters that are signed, by the bytes of their names. Equal names keep their order.
    private static func order(of parameters: ParameterList) -> [Place] {
        let bytes = parameters.bytes.span
        let signName = signName
        var order: [Place] = []
        order.reserveCapacity(parameters.count)
        for place in parameters.places where !place.isDropped {
            let name = bytes.extracting(place.start..<place.middle)
            let prefix = name.prefixWord
            if prefix == signName, name.count == 4 { continue }
            order.append(Place(prefix: prefix, start: place.start, middle: place.middle, end: place.end))
        }
        order.sort { first, second in
            first.prefix == second.prefix
                ? isAscending(first, second, parameters.bytes) : first.prefix < second.prefix
        }
        return order
    }

    /// Whether the first name comes before the second by its bytes. `String` would compare by Unicode equivalence.
    private static func isAscending(_ first: Place, _ second: Place, _ bytes: [UInt8]) -> Bool {
        let one = bytes.span.extracting(first.start..<first.middle)
        let other = bytes.span.extracting(second.start..<second.middle)
        for index in 0..<min(one.count, other.count) where one[index] != other[index] {
            return one[index] < other[index]
        }
        return one.count == other.count ? first.start < second.start : one.count < other.count
    }
}
