/// One call with its notes and texts.
package struct CallDetail: Sendable {
    /// The call.
    package let row: CallSummary
    /// The notes, oldest first.
    package let notes: [Note]
    /// The texts that were asked for.
    package let texts: CallTexts
    /// Which texts were asked for. These are shown, as null if the trail does not have them.
    package let include: TrailInclude

    /// Makes a detail.
    package init(row: CallSummary, notes: [Note], texts: CallTexts = CallTexts(), include: TrailInclude = .init()) {
        self.row = row
        self.notes = notes
        self.texts = texts
        self.include = include
    }

    /// What the last note that settles the call states.
    package var settled: Note.Settlement? { notes.last { $0.settles != nil }?.settles }
}
