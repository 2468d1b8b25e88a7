import Bytes
import JSON

/// TOP writes a list as `{"id_mapping":{"entry":[…]}}`, with `simplify=true` as `{"id_mapping":[…]}`, and at times a
/// single element in place of a list.
enum ListWrapper {
    /// Whether a value that stands for a list, or in a wrapper, says that the list is empty.
    static func isEmpty(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .null: true
        case .string: value.scalarText?.isEmpty == true
        case .bool, .number, .array, .object: false
        }
    }

    /// The elements of what stands where a list should be; nil if it cannot be read as one.
    static func elements(of value: JSONValue, _ member: AnswerLevel.Member) -> ListElements? {
        switch value.kind {
        case .array: return ListElements(of: value)
        case .object: return elements(ofObject: value, member)
        case .null, .bool, .number, .string: return nil
        }
    }

    private static func elements(ofObject value: JSONValue, _ member: AnswerLevel.Member) -> ListElements {
        guard let only = value.fields.first(where: { _ in true }) else { return ListElements() }
        guard value.count == 1 else { return elements(besideOthers: value, member) }
        let inner = only.value
        let isNamedAsItem = only.isNamed(member.itemName)
        // A single element whose one member is documented is that element, not a wrapper.
        if !isNamedAsItem, only.withNameBytes({ member.level?[$0] }) != nil { return ListElements(value) }
        if isEmpty(inner) { return ListElements() }
        switch inner.kind {
        case .array: return ListElements(of: inner)
        case .object: return ListElements(isNamedAsItem || member.level != nil ? inner : value)
        case .null, .bool, .number, .string: return ListElements(isNamedAsItem || member.level == nil ? inner : value)
        }
    }

    /// A wrapper may hold more than its list: attributes that TOP adds.
    private static func elements(besideOthers value: JSONValue, _ member: AnswerLevel.Member) -> ListElements {
        guard let list = value[member.itemName], list.kind == .array, member.level?[member.itemName] == nil
        else { return ListElements(value) }
        return ListElements(of: list)
    }
}
