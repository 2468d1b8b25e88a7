import JSON

/// The elements of what TOP means as a list.
struct ListElements: Sequence, IteratorProtocol {
    private var elements: Elements?
    private var only: JSONValue?

    /// None.
    init() {}

    /// One alone.
    init(_ only: JSONValue) {
        self.only = only
    }

    /// Those of an array.
    init(of array: JSONValue) {
        elements = array.elements
    }

    mutating func next() -> JSONValue? {
        if elements != nil { return elements?.next() }
        defer { only = nil }
        return only
    }
}
