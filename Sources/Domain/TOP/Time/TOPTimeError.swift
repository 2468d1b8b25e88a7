/// Why a text is not a time that the relay takes. No case quotes the text.
package enum TOPTimeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// None of the forms that are read.
    case form
    /// The form is right, but there is no such day, time or offset; `part` names the first part that is wrong.
    case impossible(part: String)
    /// A fraction of a second, which TOP's forms cannot carry.
    case fraction
    /// RFC 3339 wants an offset.
    case missingOffset

    /// What was expected, as one sentence without a full stop, fit for a problem document.
    package var description: String {
        switch self {
        case .form: "expected a time as yyyy-MM-dd HH:mm:ss (GMT+8) or in ISO 8601, such as 2026-11-22T08:00:00+08:00"
        case .impossible(let part): "expected a time that exists: the \(part) is out of range"
        case .fraction: "expected whole seconds, without a fraction"
        case .missingOffset: "expected an offset such as Z or +08:00 at the end of the time"
        }
    }
}
