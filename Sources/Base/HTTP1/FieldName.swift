import Bytes

/// Compares field names byte by byte, without allocating text.
package enum FieldName {
    /// Whether a text may be the name of a header field (RFC 9110, 5.6.2).
    package static func isToken(_ name: String) -> Bool {
        name.withUTF8Span { bytes in
            !bytes.isEmpty && Characters.endOfToken(in: bytes, from: 0, to: bytes.count) == bytes.count
        }
    }

    /// Whether two names are equal, ignoring the case of ASCII letters.
    package static func isSame(_ name: String, _ other: String) -> Bool {
        name.withUTF8Span { name in other.withUTF8Span { name.equalsIgnoringCase($0) } }
    }
}
