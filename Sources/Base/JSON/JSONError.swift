/// Why a text is not acceptable JSON, and where.
///
/// Neither the reason nor the description quotes the text, but for a duplicate member name (at most 64 bytes of it).
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Sendable, Equatable {
        /// Nothing but white space.
        case empty
        /// RFC 8259's grammar is broken; `expected` says what may stand at the offset, as a noun phrase.
        case syntax(expected: String)
        /// A byte that does not belong to well-formed UTF-8 stands inside a string.
        case invalidUTF8
        /// An object has two members of that (decoded) name; the offset is the second one's.
        case duplicateName(String)
        /// More than `limit` arrays and objects are open at once.
        case tooDeep(limit: Int)
        /// The text is longer than `limit` bytes.
        case tooLarge(limit: Int)
        /// Something follows the value.
        case trailing
    }

    /// What is wrong.
    package let reason: Reason
    /// Where, in bytes from the start of the text. For an unexpected end it is the length of the text.
    package let offset: Int

    /// Makes an error; `offset` in bytes.
    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// One sentence without a full stop, safe to show to whoever sent the text.
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
