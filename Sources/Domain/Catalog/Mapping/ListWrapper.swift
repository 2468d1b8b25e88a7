import Bytes
import JSON

/// Reads lists in TOP's responses. TOP writes a list as `{"id_mapping":{"entry":[…]}}`, and with `simplify=true` as
/// `{"id_mapping":[…]}`. Sometimes it writes a single element instead of a list.
enum ListWrapper {
    /// Whether a value in the place of a list or of its elements means an empty list.
    static func isEmpty(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .null: true
        case .string: value.scalarText?.isEmpty == true
        case .bool, .number, .array, .object: false
        }
    }

    /// The elements of a value in the place of a list; nil if the value cannot be read as a list.
    static func elements(of value: JSONValue, _ member: ResponseLevel.Member) -> ListElements? {
        switch value.kind {
        case .array: return ListElements(of: value)
        case .object: return elements(ofObject: value, member)
        case .null, .bool, .number, .string: return nil
        }
    }

    private static func elements(ofObject value: JSONValue, _ member: ResponseLevel.Member) -> ListElements {
        guard let only = value.fields.first(where: { _ in true }) else { return ListElements() }
        guard value.count == 1 else { return elements(besideOthers: value, member) }
        let inner = only.value
        let isNamedAsItem = only.isNamed(member.itemName)
        // An object whose only member is documented is a single element, not a wrapper.
        if !isNamedAsItem, only.withNameBytes({ member.level?[$0] }) != nil { return ListElements(value) }
        if isEmpty(inner) { return ListElements() }
        switch inner.kind {
        case .array: return ListElements(of: inner)
        case .object: return ListElements(isNamedAsItem || member.level != nil ? inner : value)
        case .null, .bool, .number, .string: return ListElements(isNamedAsItem || member.level == nil ? inner : value)
        }
    }

    /// The elements of an object with several members. A wrapper may have attributes besides its list.
    private static func elements(besideOthers value: JSONValue, _ member: ResponseLevel.Member) -> ListElements {
        guard let list = value[member.itemName], list.kind == .array, member.level?[member.itemName] == nil
        else { return ListElements(value) }
        return ListElements(of: list)
    }
}

/// The elements of a value that TOP means as a list.
struct ListElements: Sequence, IteratorProtocol {
    private var elements: Elements?
    private var only: JSONValue?

    /// No elements.
    init() {}

    /// A single element.
    init(_ only: JSONValue) {
        self.only = only
    }

    /// The elements of an array.
    init(of array: JSONValue) {
        elements = array.elements
    }

    mutating func next() -> JSONValue? {
        if elements != nil { return elements?.next() }
        defer { only = nil }
        return only
    }
}
