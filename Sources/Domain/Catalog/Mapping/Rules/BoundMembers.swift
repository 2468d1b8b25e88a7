import JSON

/// The caller's member for a field. It holds no text, because most fields need none and each call makes a hundred.
struct BoundMember {
    enum Presence {
        /// The member is missing or `null`.
        case absent
        /// The value is a blank text or an empty list.
        case blank
        /// The value has a fault that was already noted.
        case faulty
        case present
    }

    /// The position of the member in its object; nil if it is missing.
    var member: JSONPlace?
    /// Whether the member has a value other than `null`.
    var hasValue = false
    var presence = Presence.absent
    /// A date's seconds since 1970.
    var seconds: Int?

    /// The position of the value; nil if it is missing or `null`.
    var value: JSONPlace? { hasValue ? member : nil }

    /// Whether the field counts as missing. A faulty value does not.
    var isMissing: Bool { presence == .absent || presence == .blank }
}

/// The members of an object, by the fields of its level.
struct BoundMembers {
    let object: JSONValue
    let level: Level
    private var fields: [BoundMember] = []
    /// The sent texts of the few fields that rules need.
    private var texts: [(field: Int, text: String)] = []

    init(_ object: JSONValue, _ level: Level) {
        self.object = object
        self.level = level
        let count = level.fields.count
        fields.append(addingCapacity: count) { $0.append(repeating: BoundMember(), count: count) }
    }

    subscript(index: Int) -> BoundMember {
        get { fields[index] }
        _modify { yield &fields[index] }
    }

    /// The sent text of a field, if a rule needs it.
    func text(of index: Int) -> String? {
        texts.first { $0.field == index }?.text
    }

    /// Keeps a field's text.
    mutating func keep(_ text: String, of index: Int) {
        if texts.isEmpty { texts.reserveCapacity(4) }
        texts.append((index, text))
    }

    /// The caller's spelling of a field's name; the documented name if the member is missing.
    func name(of index: Int) -> String {
        guard let member = fields[index].member else { return level.fields[index].name }
        return object.member(at: member).name
    }
}

extension Mapper {
    /// Keeps the sent text of a field, if a rule needs it.
    mutating func keepCompared(_ index: Int, _ given: inout BoundMembers) {
        guard let compared else { return }
        given.keep(compared, of: index)
        self.compared = nil
    }
}
