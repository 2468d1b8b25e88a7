/// A value of an answer before it becomes JSON or XML.
indirect enum AnswerNode: Sendable {
    typealias Member = (name: String, value: AnswerNode)

    case text(String)
    /// A number as it is to be written.
    case number(String)
    case bool(Bool)
    case object([Member])
    /// A list, with the name that TOP wraps its items in.
    case list(item: String, [AnswerNode])
    /// Bytes that stand in a string as they are, though no parser that is strict would take them.
    case rawText([UInt8])

    /// The member of an object; setting one replaces it in its place, or appends it. Nil removes it.
    subscript(name: String) -> AnswerNode? {
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
