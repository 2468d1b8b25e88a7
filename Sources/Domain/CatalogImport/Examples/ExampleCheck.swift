import Catalog

/// Checks a parameter's limits against the page's own example and default. A limit that they violate is wrong. It would
/// refuse what the page itself shows.
enum ExampleCheck {
    /// Removes limits that contradict the example, and returns what was removed and why.
    static func relax(_ field: inout Field) -> [String] {
        var doubts: [String] = []
        if let text = field.defaultText, let expected = expected(field), !isValid(text, field) {
            field.defaultText = nil
            doubts.append("the default \"\(shortened(text))\" is not \(expected): omitted")
        }
        for (text, what) in [(field.example, "example"), (field.defaultText, "default")] {
            if let text { relax(&field, text, what, &doubts) }
        }
        return doubts
    }

    private static func relax(_ field: inout Field, _ text: String, _ what: String, _ doubts: inout [String]) {
        if field.type.kind == .object || field.type.kind == .json || field.type.kind == .map { return }
        let elements = field.type.isList ? ListExample.elements(text) : [text]
        if let maximum = field.maximumItems, elements.count > maximum, field.type.isList {
            field.maximumItems = nil
            doubts.append("the page allows \(maximum) elements, but its \(what) has \(elements.count): no limit")
        }
        if let maximum = field.maximumLength, field.type.kind == .string,
            let longest = elements.map(\.utf16.count).max(), longest > maximum
        {
            field.maximumLength = nil
            doubts.append("the page allows \(maximum) characters, but its \(what) has \(longest): no limit")
        }
        for element in elements where DecimalText.isValid(element) {
            if let minimum = field.minimumValue, DecimalText.isLess(element, minimum) {
                field.minimumValue = nil
                doubts.append("the page's minimum is \(minimum), but its \(what) is \(element): no limit")
            }
            if let maximum = field.maximumValue, DecimalText.isLess(maximum, element) {
                field.maximumValue = nil
                doubts.append("the page's maximum is \(maximum), but its \(what) is \(element): no limit")
            }
        }
    }

    /// What a default must be, as a noun phrase; nil if any text is valid.
    private static func expected(_ field: Field) -> String? {
        if field.type.isList { return nil }
        return switch field.type.kind {
        case .number, .decimal, .price: "a number"
        case .boolean: "true or false"
        case .date: "a date"
        case .string, .json, .map, .bytes, .object: nil
        }
    }

    private static func isValid(_ text: String, _ field: Field) -> Bool {
        switch field.type.kind {
        case .number, .decimal, .price: return DecimalText.isValid(text)
        case .boolean: return text == "true" || text == "false"
        case .date:
            guard case .success? = field.dateForm?.read(text) else { return false }
            return true
        case .string, .json, .map, .bytes, .object: return true
        }
    }

    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count > 40 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(40))) + "…" : text
    }
}
