import Postgres

/// A note that a person added to a call.
package struct Note: Sendable, Equatable {
    /// The maximum length in characters.
    package static let maximumLength = 2000
    /// The maximum number of notes of a call.
    package static let maximumCount = 100

    /// What a note states about a call whose outcome is unknown.
    package enum Settlement: String, Sendable, CaseIterable {
        /// TOP executed the call.
        case done
        /// TOP did not execute the call.
        case notDone = "not_done"
    }

    /// Name of the author's token.
    package let author: String
    /// When the note was added, in RFC 3339 and UTC.
    package let at: String
    /// What became of the call; nil if the note does not settle it.
    package let settles: Settlement?
    /// The text of the note.
    package let text: String

    static let columns = """
        call, author, settles, text, \(WhereBuilder.rfc3339("noted_at")) AS noted_at
        """

    init(_ row: Row) {
        author = row["author"].text ?? ""
        at = row["noted_at"].text ?? ""
        settles = row["settles"].text.flatMap { Settlement(rawValue: $0) }
        text = row["text"].text ?? ""
    }
}
