import Problems
import Relay

/// A header field that may be given once.
struct SingleField {
    let name: String
    /// The first value, if there is any.
    var first: String?
    /// How often the field is there.
    var count = 0

    mutating func note(_ value: String) {
        if count == 0 { first = value }
        count += 1
    }

    /// The field's value without blanks at its ends; a problem if it is there several times.
    func value(emptyIsAbsent: Bool = true) throws(Problem) -> String? {
        guard count <= 1 else { throw Problem(.malformedRequest, "The header \(name) is given \(count) times.") }
        guard let value = first?.withoutOuterBlanks, !(emptyIsAbsent && value.isEmpty) else { return nil }
        return value
    }
}
