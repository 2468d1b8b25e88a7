import Bytes

/// One entry of a document's tape: a value, or the name of the member whose value is the next entry.
///
/// The tape is in document order, so a container's first child stands right behind it, and `next` jumps over a
/// whole subtree.
struct Node {
    /// What JSON calls the value.
    var kind: JSONValue.Kind
    /// A string that holds at least one `\` escape, and so must be decoded to be read.
    var isEscaped = false
    /// Whether the bytes of a string are what `JSONWriter` would write: neither escapes nor control characters in it.
    var isPlain = true
    /// A member name that occurred before in its object: tolerant readers skip the member.
    var isShadowed = false
    /// First byte, of a string its quotation mark.
    var start: UInt32
    /// One past the last byte, of a string its closing quotation mark.
    var end: UInt32
    /// The entry behind this one's last descendant; while a container is still open, the container around it.
    var next: UInt32
    /// Members or elements; 0 for a scalar.
    var count: UInt32 = 0

    /// Stands for "no container around this one".
    static let none = UInt32.max

    /// Whether a string decodes to a text.
    @inline(__always)
    func reads(_ text: Span<UInt8>, in source: Span<UInt8>) -> Bool {
        if isEscaped { return Text.withUTF8(source, of: self) { $0.isEqual(to: text) } }
        return end - start == text.count + 2 && source.extracting(content).isEqual(to: text)
    }

    /// Where a string's text stands, without its quotation marks.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}
