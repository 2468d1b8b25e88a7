import JSON

/// The path from the root of the caller's JSON to the current value. It is kept as positions. Only a fault needs the
/// text of the pointer.
struct MapperPath {
    /// A step of the path.
    enum Step {
        /// A member of an object.
        case member(JSONPlace)
        /// An element of a list.
        case index(Int)
        /// A member that is missing, by its index in `names`.
        case name(Int)
        /// The JSON in a text, by its index in `documents`.
        case document(Int)
    }

    private var steps: [Step] = []
    private var names: [String] = []
    /// The root of the caller's JSON.
    private var root: JSONValue?
    /// The roots of the documents in texts on the path.
    private var documents: [JSONValue] = []

    init() {
        // Enough for a typical call.
        steps.reserveCapacity(8)
    }

    /// The path as an RFC 6901 pointer.
    var pointer: String {
        var pointer = JSONPointer()
        var document = root
        for step in steps {
            switch step {
            case .member(let place):
                if let document { pointer = pointer.appending(document.member(at: place).name) }
            case .index(let index): pointer = pointer.appending(index)
            case .name(let number): pointer = pointer.appending(names[number])
            case .document(let number): document = documents[number]
            }
        }
        return pointer.description
    }

    /// Whether the current value is the root.
    var isEmpty: Bool { steps.isEmpty }

    /// Whether the current value is in a list.
    var isInList: Bool {
        steps.contains { if case .index = $0 { true } else { false } }
    }

    /// Begins a path at the root of the caller's JSON.
    mutating func begin(_ root: JSONValue) {
        self.root = root
    }

    /// Appends a step.
    mutating func append(_ step: Step) {
        steps.append(step)
    }

    /// Removes the last step.
    mutating func removeLast() {
        steps.removeLast()
    }

    /// Appends a step to a missing member.
    mutating func append(name: String) {
        steps.append(.name(names.count))
        names.append(name)
    }

    /// Removes the last step, which is to a missing member.
    mutating func removeName() {
        steps.removeLast()
        names.removeLast()
    }

    /// Appends a step into the JSON of a text.
    mutating func append(document root: JSONValue) {
        steps.append(.document(documents.count))
        documents.append(root)
    }

    /// Removes the last step, which is into the JSON of a text.
    mutating func removeDocument() {
        steps.removeLast()
        documents.removeLast()
    }
}
