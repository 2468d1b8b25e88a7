import JSON

/// The way from the caller's JSON to the value that is looked at. It is kept as places, and put into words only when
/// something is wrong with the value.
struct MapperPath {
    /// A step of the way.
    enum Step {
        /// To a member of an object.
        case member(JSONPlace)
        /// To an element of a list.
        case index(Int)
        /// To a member that is not there, by its number in `names`.
        case name(Int)
        /// Into the JSON that a text holds, by its number in `documents`.
        case document(Int)
    }

    private var steps: [Step] = []
    private var names: [String] = []
    /// The caller's JSON.
    private var root: JSONValue?
    /// The roots of the documents in texts on the way.
    private var documents: [JSONValue] = []

    init() {
        // Room for an ordinary call.
        steps.reserveCapacity(8)
    }

    /// The way in words.
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

    /// Whether the value is the root.
    var isEmpty: Bool { steps.isEmpty }

    /// Whether the value is of a list's element.
    var isInList: Bool {
        steps.contains { if case .index = $0 { true } else { false } }
    }

    /// Begins with the caller's JSON.
    mutating func begin(_ root: JSONValue) {
        self.root = root
    }

    /// Goes on to a value.
    mutating func append(_ step: Step) {
        steps.append(step)
    }

    /// Goes back from a value.
    mutating func removeLast() {
        steps.removeLast()
    }

    /// Goes on to a member that is not there.
    mutating func append(name: String) {
        steps.append(.name(names.count))
        names.append(name)
    }

    /// Goes back from it.
    mutating func removeName() {
        steps.removeLast()
        names.removeLast()
    }

    /// Goes into the JSON that a text holds.
    mutating func append(document root: JSONValue) {
        steps.append(.document(documents.count))
        documents.append(root)
    }

    /// Goes back from it.
    mutating func removeDocument() {
        steps.removeLast()
        documents.removeLast()
    }
}
