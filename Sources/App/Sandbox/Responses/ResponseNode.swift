/// A value of a response before it becomes JSON or XML.
indirect enum ResponseNode: Sendable {
    typealias Member = (name: String, value: ResponseNode)

    case text(String)
    /// A number as text.
    case number(String)
    case bool(Bool)
    case object([Member])
    /// A list with the name that TOP gives to its items.
    case list(item: String, [ResponseNode])
    /// Bytes for a string that are written unchanged, although strict parsers refuse them.
    case rawText([UInt8])

    /// The member of an object. A new value replaces it in place or is appended. Nil removes it.
    subscript(name: String) -> ResponseNode? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): return
            }
            self = .object(members)
        }
    }
}
