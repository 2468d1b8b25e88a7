import TOP
import Time

/// A filter of the audit trail, declared once. The HTTP interface, OpenAPI, the manual and the command line read its
/// name, values and text from here.
package protocol DeclaredFilter<Query>: Sendable {
    /// The query that the filter belongs to.
    associatedtype Query: Sendable

    /// The name that clients use, such as `min_duration_ms`.
    var name: String { get }
    /// The form of a value.
    var values: FilterValues { get }
    /// What the filter does, for the documentation.
    var text: String { get }

    /// Puts a value into a query.
    /// - Returns: false if the text does not have the form of `values`.
    func put(_ text: String, into query: inout Query) -> Bool
}

/// The form of a filter's value.
package enum FilterValues: Sendable, Equatable {
    /// Any text that is not empty.
    case text
    /// An RFC 3339 time with its offset, a GMT+8 day, or a time ago.
    case instant
    /// A whole number.
    case number(ClosedRange<Int>)
    /// One of these words.
    case choice([String])
    /// `NAME:VALUE` of a business key.
    case businessKey
    /// The id of a call.
    case callID
    /// Several values, separated by commas.
    indirect case list(FilterValues)

    /// What a value must be, as the end of a sentence.
    package var requirement: String {
        switch self {
        case .text: "a text"
        case .instant:
            "an RFC 3339 time with its offset, such as 2026-01-31T08:00:00Z, a date, today, or a time ago such as -15m"
        case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .businessKey: "a business key's NAME:VALUE, such as channel_profile_id:1"
        case .callID: "the id of a call"
        case .list(let values):
            switch values {
            case .text: "1 to \(ValueList<String>.maximumCount) texts separated by commas, none of them empty"
            default: "1 to \(ValueList<String>.maximumCount) values separated by commas, each \(values.requirement)"
            }
        }
    }
}
