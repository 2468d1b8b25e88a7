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
        try sign(baseString: baseString(parameters, body: body))
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
        _ parameters: [Parameter], body: [UInt8]? = nil, buffer: inout [UInt8]
    ) throws(CryptoError) -> String {
        buffer.removeAll(keepingCapacity: true)
        Self.appendBaseString(parameters, body, to: &buffer)
        return try sign(baseString: buffer)
    }

    /// The text that is signed, without the secret.
    package func baseString(_ parameters: [Parameter], body: [UInt8]? = nil) -> [UInt8] {
        var text: [UInt8] = []
        Self.appendBaseString(parameters, body, to: &text)
        return text
    }

    private static func appendBaseString(_ parameters: [Parameter], _ body: [UInt8]?, to text: inout [UInt8]) {
        let order = order(of: parameters)
        text.append(addingCapacity: length(of: parameters) + (body?.count ?? 0)) { output in
            for place in order {
                output.append(utf8: parameters[place.index].name)
                output.append(utf8: parameters[place.index].value)
            }
            if let body { output.append(body.span) }
        }
    }

    private static func length(of parameters: [Parameter]) -> Int {
        var length = 0
        for parameter in parameters { length += parameter.name.utf8.count + parameter.value.utf8.count }
        return length
    }

    /// A parameter's index, with the first eight bytes of its name as a number. The number suffices to sort nearly all
    /// names without reading them again.
    private struct Place {
        let prefix: UInt64
        let index: Int

        /// Nil if the parameter is not signed.
        init?(_ index: Int, of parameter: borrowing Parameter) {
            guard !parameter.isDropped else { return nil }
            let (prefix, count) = parameter.name.withUTF8Span { ($0.prefixWord, $0.count) }
            if count == 4, prefix == Self.sign { return nil }
            self.prefix = prefix
            self.index = index
        }

        private static let sign = "sign".withUTF8Span { $0.prefixWord }
    }

    /// The signed parameters, sorted by the bytes of their names. Equal names keep their order.
    private static func order(of parameters: [Parameter]) -> [Place] {
        var order: [Place] = []
        order.reserveCapacity(parameters.count)
        for index in parameters.indices {
            if let place = Place(index, of: parameters[index]) { order.append(place) }
        }
        order.sort { first, second in
            if first.prefix != second.prefix { return first.prefix < second.prefix }
            switch compare(parameters[first.index].name, parameters[second.index].name) {
            case 0: return first.index < second.index
            case let difference: return difference < 0
            }
        }
        return order
    }

    /// A number below, equal to or above 0 as the first text's bytes are less than, equal to or greater than the
    /// second's. `String` would compare by Unicode equivalence.
    private static func compare(_ first: String, _ second: String) -> Int {
        first.withUTF8Span { one in
            second.withUTF8Span { other in
                for index in 0..<min(one.count, other.count) where one[index] != other[index] {
                    return Int(one[index]) - Int(other[index])
                }
                return one.count - other.count
            }
        }
    }
}
