import Postgres

/// What a person said about a call.
public struct Note: Sendable, Equatable {
    /// The most characters of a note.
    public static let maximumLength = 2000
    /// The most notes of one call.
    public static let maximumCount = 100

    /// What a note says became of a call whose outcome is unknown.
    public enum Settlement: String, Sendable, CaseIterable {
        /// TOP did it.
        case done
        /// TOP did not do it.
        case notDone = "not_done"
    }

    /// Name of the author's token.
    public let author: String
    /// RFC 3339, UTC.
    public let at: String
    /// What became of the call, where the note settles it.
    public let settles: Settlement?
    /// The note's words.
    public let text: String

    static let columns = """
        call, author, settles, text, to_char(noted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS noted_at
        """

    init(_ row: Row) {
        author = row["author"].text ?? ""
        at = row["noted_at"].text ?? ""
        settles = row["settles"].text.flatMap { Settlement(rawValue: $0) }
        text = row["text"].text ?? ""
    }
}
