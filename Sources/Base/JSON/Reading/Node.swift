import Bytes

/// An entry of a document's tape: a value, or the name of the member whose value is the next entry.
///
/// The tape is in document order. The first child of a container directly follows it, and `next` skips a whole subtree.
struct Node {
    /// The kind of the value.
    var kind: JSONValue.Kind
    /// A string with at least one `\` escape, which has to be decoded.
    var isEscaped = false
    /// Whether the string is written exactly as `JSONWriter` would write it: without escapes and control characters.
    var isPlain = true
    /// A member name that occurred before in its object. Tolerant readers skip the member.
    var isShadowed = false
    /// The first byte; of a string, its quotation mark.
    var start: UInt32
    /// The end; of a string, the end of its closing quotation mark.
    var end: UInt32
    /// The entry after this one's last descendant. While a container is open, the container around it.
    var next: UInt32
    /// The number of members or elements; 0 for a scalar.
    var count: UInt32 = 0

    /// Means that no container is around this one.
    static let none = UInt32.max

    /// Whether a string decodes to a text.
    @inline(__always)
    func reads(_ text: Span<UInt8>, in source: Span<UInt8>) -> Bool {
        if isEscaped { return Text.withUTF8(source, of: self) { $0.isEqual(to: text) } }
        return end - start == text.count + 2 && source.extracting(content).isEqual(to: text)
    }

    /// The range of a string's text, without its quotation marks.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}
