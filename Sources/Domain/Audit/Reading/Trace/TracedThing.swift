/// A text that a person holds of a call, and what it may be.
struct TracedThing: Sendable {
    /// The text: a document number, an id, or the value of a business key.
    let text: String
    /// The business keys that it may be.
    let keys: [(name: String, value: String)]
}

extension TrailFilter {
    /// Finds calls by whatever the text is. It is not a filter of its own for readers.
    static let thing = TrailFilter(
        "thing", \.thing, .text, "", search: .index, stats: .none, read: { TracedThing(text: $0, keys: []) },
        narrow: { $2.add($0, fingerprints: $1.fingerprints) }
    ).rare
}
