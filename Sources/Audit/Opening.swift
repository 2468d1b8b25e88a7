import Postgres

/// A person's look at the full request of a call.
public struct Opening: Sendable, Equatable {
    /// The most characters of a reason.
    public static let maximumReason = 500

    /// RFC 3339, UTC.
    public let at: String
    /// Name of the token, or of whoever used the command line.
    public let opener: String
    /// Why.
    public let reason: String

    static let columns = """
        opener, reason, to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS opened_at
        """

    init(_ row: Row) {
        at = row["opened_at"].text ?? ""
        opener = row["opener"].text ?? ""
        reason = row["reason"].text ?? ""
    }
}
