/// A parameter of a statement.
///
/// The statement determines its SQL type, as in `$1` or `$2::uuid`.
package enum SQLValue: Sendable, Equatable {
    /// SQL's NULL.
    case null
    /// Text, or the text form of any other type. It must not contain NUL.
    case text(String)
    /// A whole number for any numeric type with enough range.
    case integer(Int64)
    /// A boolean.
    case bool(Bool)
    /// A `bytea`, sent in binary form.
    case bytes([UInt8])
}

extension SQLValue {
    /// A text, or NULL for nil.
    package static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }

    /// The text form of an array of texts, for any array type. Every element is quoted.
    package static func array(_ elements: [String]) -> SQLValue {
        let quoted = elements.map { element in
            "\"" + element.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return .text("{" + quoted.joined(separator: ",") + "}")
    }

    /// The bytes for libpq, and whether they are in binary form. Text ends with NUL. Nil is NULL.
    var wireForm: (bytes: [UInt8], isBinary: Bool)? {
        switch self {
        case .null: nil
        case .text(let text): (Array(text.utf8) + [0], false)
        case .integer(let number): (Array(String(number).utf8) + [0], false)
        case .bool(let flag): (flag ? [0x74, 0] : [0x66, 0], false)
        case .bytes(let bytes): (bytes, true)
        }
    }

    /// True for a text that PostgreSQL would cut at its first NUL.
    var holdsNUL: Bool {
        guard case .text(let text) = self else { return false }
        return text.utf8.contains(0)
    }
}
