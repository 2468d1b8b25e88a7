import JSON

/// What a caller gave for a field. It holds no text: most fields need none, and a hundred are made for each call.
struct Given {
    enum Presence {
        /// Not there, or `null`.
        case absent
        /// Text of nothing but white space, or an empty list.
        case blank
        /// There, but faulty: already reported.
        case faulty
        case present
    }

    /// Where the field stands in its object; nil if the caller did not name it.
    var member: JSONPlace?
    /// Whether it has a value there that is not `null`.
    var hasValue = false
    var presence = Presence.absent
    /// A date's seconds since 1970.
    var seconds: Int?

    /// Where the field's value stands; nil if there is none, or `null`.
    var value: JSONPlace? { hasValue ? member : nil }

    /// Whether nothing of use was given. A faulty value was given.
    var isMissing: Bool { presence == .absent || presence == .blank }
}

/// An object's members, sorted by the fields of its level.
struct Gathered {
    let object: JSONValue
    let level: Level
    private var fields: [Given] = []
    /// The texts as sent of the few fields that some rule looks at.
    private var texts: [(field: Int, text: String)] = []

    init(_ object: JSONValue, _ level: Level) {
        self.object = object
        self.level = level
        let count = level.fields.count
        fields.append(addingCapacity: count) { $0.append(repeating: Given(), count: count) }
    }

    subscript(index: Int) -> Given {
        get { fields[index] }
        _modify { yield &fields[index] }
    }

    /// A field's text as sent, where some rule looks at it.
    func text(of index: Int) -> String? {
        texts.first { $0.field == index }?.text
    }

    /// Keeps a field's text.
    mutating func keep(_ text: String, of index: Int) {
        if texts.isEmpty { texts.reserveCapacity(4) }
        texts.append((index, text))
    }

    /// A field's name as the caller spelled it; the documented one if it was not named.
    func name(of index: Int) -> String {
        guard let member = fields[index].member else { return level.fields[index].name }
        return object.member(at: member).name
    }
}

extension Mapper {
    /// Keeps the text that was sent for a field, if some rule looks at it.
    mutating func keepCompared(_ index: Int, _ given: inout Gathered) {
        guard let compared else { return }
        given.keep(compared, of: index)
        self.compared = nil
    }
}
