import Postgres

/// An unmask event: someone read the full request of a call.
package struct UnmaskEvent: Sendable, Equatable {
    /// The maximum length of a reason in characters.
    package static let maximumReason = 500

    /// When it happened, in RFC 3339 and UTC.
    package let at: String
    /// The name of the token, or of the operator at the command line.
    package let opener: String
    /// Why the request was read.
    package let reason: String

    static let columns = """
        opener, reason, \(WhereBuilder.rfc3339("opened_at")) AS opened_at
        """

    init(_ row: Row) {
        at = row["opened_at"].text ?? ""
        opener = row["opener"].text ?? ""
        reason = row["reason"].text ?? ""
    }
}
