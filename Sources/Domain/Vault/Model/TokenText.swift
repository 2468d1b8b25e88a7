import Crypto

/// The text of a token: `trk_ID_SECRET`. Scanners can find leaked tokens by the prefix. The id (14 hex digits) finds
/// the row and is not secret. The secret is 32 random bytes in base64url.
struct TokenText {
    static let prefix = "trk_"
    static let idLength = 14
    /// Longer texts are rejected before they are processed.
    static let maximumLength = 128

    let id: String
    let secret: ArraySlice<UInt8>

    /// Splits the text of a token; nil if the text is malformed.
    init?(_ bytes: ArraySlice<UInt8>) {
        let idStart = bytes.startIndex + Self.prefix.utf8.count
        let separator = idStart + Self.idLength
        guard bytes.count > Self.prefix.utf8.count + Self.idLength + 1, bytes.count <= Self.maximumLength,
            bytes.starts(with: Self.prefix.utf8), bytes[separator] == UInt8(ascii: "_")
        else { return nil }
        let id = bytes[idStart..<separator]
        guard id.allSatisfy(Self.isHexDigit) else { return nil }
        self.id = String(decoding: id, as: UTF8.self)
        secret = bytes[(separator + 1)...]
    }

    /// The id in a token's text as a number of 56 bits. For a text that is not a token, any number or nil.
    static func number(ofID text: ArraySlice<UInt8>) -> UInt64? {
        guard text.count > prefix.utf8.count + idLength else { return nil }
        let start = text.startIndex + prefix.utf8.count
        return text[start..<start + idLength].reduce(0) { number, digit in
            number << 4 | UInt64(digit & 0xF) + UInt64(digit >> 6) * 9
        }
    }

    /// The hash of a token's secret part, which the vault stores.
    static func hash(ofSecret secret: ArraySlice<UInt8>) throws(CryptoError) -> [UInt8] {
        try Digest.sha256(Array(secret))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
