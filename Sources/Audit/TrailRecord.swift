public import JSON

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

    /// Writes the call as an object of `GET /v1/audit/calls`; `extra` adds members at its end.
    public func write(to json: inout JSONWriter, extra: (inout JSONWriter) -> Void = { _ in }) {
        row.write(to: &json) { json in
            json.name("settled")
            if let settled { json.string(settled.rawValue) } else { json.null() }
            json.name("notes")
            json.beginArray()
            for note in notes { note.write(to: &json) }
            json.endArray()
            if include.request { Self.write("request", texts.request, isCut: texts.isRequestCut, to: &json) }
            if include.response { Self.write("response", texts.response, isCut: texts.isResponseCut, to: &json) }
            extra(&json)
        }
    }

    /// A text, and behind it whether it is cut.
    private static func write(_ name: String, _ value: String?, isCut: Bool, to json: inout JSONWriter) {
        json.name(name)
        if let value { json.string(value) } else { json.null() }
        json.name(name + "_truncated")
        json.bool(isCut)
    }
}
