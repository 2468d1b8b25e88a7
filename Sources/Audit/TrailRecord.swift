/// One call with what belongs to it: what the list, the export and the command line show.
public struct TrailRecord: Sendable {
    /// The call.
    public let row: TrailRow
    /// What people said about it, the oldest first.
    public let notes: [Note]
    /// Its texts, as far as they were asked for.
    public let texts: TrailTexts
    /// Which texts were asked for: those are shown, as null where there is none.
    public let include: TrailInclude

    /// All members.
    public init(row: TrailRow, notes: [Note], texts: TrailTexts = TrailTexts(), include: TrailInclude = .init()) {
        self.row = row
        self.notes = notes
        self.texts = texts
        self.include = include
    }

    /// What the last note that settles the call says became of it.
    public var settled: Note.Settlement? { notes.last { $0.settles != nil }?.settles }
}
