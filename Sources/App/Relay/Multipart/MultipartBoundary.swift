package import Problems

/// The boundary of a `multipart/form-data` body, from its `Content-Type` (RFC 2046, 5.1.1).
package struct MultipartBoundary: Sendable, Equatable {
    /// 1 to 70 characters.
    let text: String

    /// The media type that the boundary belongs to.
    package static let mediaType = "multipart/form-data"

    /// Reads a `Content-Type`; nil for another media type.
    /// - Throws: a problem if the boundary is missing or malformed, or if the charset is not UTF-8.
    package init?(contentType: String) throws(Problem) {
        guard contentType.utf8.prefix(Self.mediaType.utf8.count).elementsEqual(Self.mediaType.utf8, by: Self.isSame)
        else { return nil }
        guard let header = ParameterizedValue(contentType) else {
            throw Problem(.malformedRequest, "The header Content-Type is malformed.")
        }
        guard header.value == Self.mediaType else { return nil }
        if let charset = header.parameters["charset"], charset.lowercased() != "utf-8" {
            throw Problem(.unsupportedMediaType, "The body must be UTF-8.")
        }
        guard let text = header.parameters["boundary"], (1...70).contains(text.utf8.count), text.utf8.last != 0x20,
            text.utf8.allSatisfy(Self.isPart)
        else {
            throw Problem(
                .malformedRequest,
                "Content-Type: multipart/form-data needs a boundary of 1 to 70 characters (RFC 2046).")
        }
        self.text = text
    }

    private static func isSame(_ byte: UInt8, _ lower: UInt8) -> Bool {
        byte == lower || (byte | 0x20 == lower && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte))
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "'")...UInt8(ascii: ")"),
            UInt8(ascii: "+")...UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "?"),
            UInt8(ascii: "_"), UInt8(ascii: " "):
            true
        default: false
        }
    }
}
