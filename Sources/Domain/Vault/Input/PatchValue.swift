/// A member of a patch that can also be removed.
package enum PatchValue<Value: Sendable>: Sendable {
    /// The stored value stays. A new row has none.
    case keep
    /// The stored value is removed.
    case clear
    /// The value is stored.
    case set(Value)

    /// The value of an option of the command line; nil keeps what is stored.
    package init(_ value: Value?) { self = value.map { .set($0) } ?? .keep }

    /// The value after the patch.
    func applied(to stored: Value?) -> Value? {
        switch self {
        case .keep: stored
        case .clear: nil
        case .set(let value): value
        }
    }

    /// Whether the patch gives the member.
    var isGiven: Bool { if case .keep = self { false } else { true } }
}

extension PatchValue<String> {
    /// The value of an option of the command line; an empty text removes what is stored.
    package init(option text: String?) { self = text == "" ? .clear : PatchValue(text) }
}
