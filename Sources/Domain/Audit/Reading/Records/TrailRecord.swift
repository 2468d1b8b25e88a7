/// One call with what belongs to it: what the list, the export and the command line show.
package struct TrailRecord: Sendable {
    /// The call.
    package let row: TrailRow
    /// What people said about it, the oldest first.
    package let notes: [Note]
    /// Its texts, as far as they were asked for.
    package let texts: TrailTexts
    /// Which texts were asked for: those are shown, as null where there is none.
    package let include: TrailInclude

    /// All members.
    package init(row: TrailRow, notes: [Note], texts: TrailTexts = TrailTexts(), include: TrailInclude = .init()) {
        self.row = row
        self.notes = notes
        self.texts = texts
        self.include = include
    }

    /// What the last note that settles the call says became of it.
    package var settled: Note.Settlement? { notes.last { $0.settles != nil }?.settles }
}
