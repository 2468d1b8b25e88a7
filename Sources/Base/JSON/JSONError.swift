/// Why a text is not acceptable JSON, and where.
///
/// Neither the reason nor the description quotes the text, except for at most 64 bytes of a duplicate member name.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason.
    package enum Reason: Sendable, Equatable {
        /// The text is empty or has only white space.
        case empty
        /// The text violates the grammar of RFC 8259. `expected` is what may be at the offset, as a noun phrase.
        case syntax(expected: String)
        /// A string has a byte that is not well-formed UTF-8.
        case invalidUTF8
        /// An object has two members with this decoded name. The offset is that of the second one.
        case duplicateName(String)
        /// More than `limit` arrays and objects are nested.
        case tooDeep(limit: Int)
        /// The text is longer than `limit` bytes.
        case tooLarge(limit: Int)
        /// The text continues after the value.
        case trailing
    }

    /// The reason.
    package let reason: Reason
    /// The position in bytes from the start of the text. For an unexpected end it is the length of the text.
    package let offset: Int

    /// Makes an error; `offset` is in bytes.
    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The text without a full stop, safe to show to the sender of the JSON.
    package var description: String {
        switch reason {
        case .empty: "the text is empty, a JSON value was expected"
        case .syntax(let expected): "expected \(expected) at byte \(offset)"
        case .invalidUTF8: "invalid UTF-8 at byte \(offset)"
        case .duplicateName(let name): "the name \"\(name)\" occurs twice in one object, at byte \(offset)"
        case .tooDeep(let limit): "arrays and objects are nested more than \(limit) deep at byte \(offset)"
        case .tooLarge(let limit): "the text is longer than \(limit) bytes"
        case .trailing: "expected nothing after the JSON value at byte \(offset)"
        }
    }
}
