/// Why a text is not a valid time. No case quotes the text.
package enum TimeFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text does not have a known form.
    case form
    /// The form is right, but the day, time or offset does not exist. `part` names the first wrong part.
    case impossible(part: String)
    /// The time has a fraction of a second, which TOP's forms do not have.
    case fraction
    /// The time has no offset, but RFC 3339 needs one.
    case missingOffset

    /// The requirement, without a full stop, for a problem document.
    package var description: String {
        switch self {
        case .form: "expected a time as yyyy-MM-dd HH:mm:ss (GMT+8) or in ISO 8601, such as 2026-11-22T08:00:00+08:00"
        case .impossible(let part): "expected a time that exists: the \(part) is out of range"
        case .fraction: "expected whole seconds, without a fraction"
        case .missingOffset: "expected an offset such as Z or +08:00 at the end of the time"
        }
    }
}
