/// The sandbox's own implementation of TOP's signature over the received parameters.
///
/// It shares nothing with the relay's signer. A fault of that signer shows as code 25.
enum SignCheck: String, Sendable, CaseIterable {
    case md5
    case hmac
    case hmacSHA256 = "hmac-sha256"

    /// The upper-case hexadecimal signature. `sign` itself is left out. Empty values are signed by their name alone,
    /// because several of TOP's SDKs send and sign them that way.
    func sign(_ parameters: [ReceivedParameter], secret: String) -> String {
        let key = Array(secret.utf8)
        let text = Self.baseString(parameters)
        let digest =
            switch self {
            case .md5: MD5.hash(key + text + key)
            case .hmac: HMAC<MD5>.authenticate(text, key: key)
            case .hmacSHA256: HMAC<SHA256>.authenticate(text, key: key)
            }
        return Self.hexadecimal(digest)
    }

    /// Names and values, sorted by the bytes of the name, without separators.
    static func baseString(_ parameters: [ReceivedParameter]) -> [UInt8] {
        parameters.filter { $0.name != "sign" }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .reduce(into: []) { text, parameter in
                text += parameter.name.utf8
                text += parameter.value.utf8
            }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
