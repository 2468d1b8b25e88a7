import Catalog

/// A row of a page's table before its cells are separated.
struct TableRow: Sendable {
    /// Its first line, counted from 1.
    var line: Int
    var name: String
    var type: FieldType
    /// Whether it is a top row.
    var isTop: Bool
    /// Nil in a response.
    var isRequired: Bool?
    /// A top row's example and description in one text; nil if both are empty.
    var rest: String?
    /// List items: the remaining cells of a nested row, or the items after a top row.
    var cells: [String] = []
    var limits = CellLimits()
    /// The description of a top row with limits. It has its own item.
    var movedDescription: String?
}

/// The limits in a row.
struct CellLimits: Sendable, Equatable {
    var defaultText: String?
    var maximumLength: Int?
    var maximumItems: Int?
    var minimumValue: String?
    var maximumValue: String?
    /// The number of limits, including empty and unreadable ones.
    var count = 0
    /// Limits that cannot be used, as documented.
    var unreadable: [String] = []

    private enum Label: String, CaseIterable {
        case defaultText = "默认值"
        case length = "最大长度"
        case items = "最大列表长度"
        case maximum = "最大值"
        case minimum = "最小值"
    }

    /// Takes a cell. Returns false if it is not a limit.
    mutating func take(_ cell: String) -> Bool {
        guard let (label, rest) = Self.label(cell) else { return false }
        var value = rest
        var following: String?
        if let cut = Self.nextLabel(in: rest) {
            value = Blank.trimmed(String(rest[..<cut]))
            following = String(rest[cut...])
        }
        guard set(label, value) else { return false }
        count += 1
        if let following, !take(following) { unreadable.append(following) }
        return true
    }

    private mutating func set(_ label: Label, _ value: String) -> Bool {
        switch label {
        case .defaultText:
            guard defaultText == nil else { return false }
            if !value.isEmpty { defaultText = value }
        case .length:
            guard maximumLength == nil else { return false }
            maximumLength = size(label, value)
        case .items:
            guard maximumItems == nil else { return false }
            maximumItems = size(label, value)
        case .maximum:
            guard maximumValue == nil else { return false }
            maximumValue = number(label, value)
        case .minimum:
            guard minimumValue == nil else { return false }
            minimumValue = number(label, value)
        }
        return true
    }

    private mutating func size(_ label: Label, _ value: String) -> Int? {
        if let number = Int(value), number > 0 { return number }
        if !value.isEmpty { unreadable.append("\(label.rawValue):\(value)") }
        return nil
    }

    private mutating func number(_ label: Label, _ value: String) -> String? {
        if DecimalText.isValid(value) { return value }
        if !value.isEmpty { unreadable.append("\(label.rawValue):\(value)") }
        return nil
    }

    private static func label(_ cell: String) -> (Label, String)? {
        for label in Label.allCases where cell.hasPrefix(label.rawValue) {
            let rest = Blank.trimmed(String(cell.dropFirst(label.rawValue.count)))
            guard rest.hasPrefix(":") || rest.hasPrefix("\u{FF1A}") else { continue }
            return (label, Blank.trimmed(String(rest.dropFirst())))
        }
        return nil
    }

    /// The start of another limit in the same cell.
    private static func nextLabel(in text: String) -> String.Index? {
        var place = text.startIndex
        while let blank = text[place...].firstIndex(where: { $0 == " " || $0 == "\n" }) {
            let next = text.index(after: blank)
            if Label.allCases.contains(where: { text[next...].hasPrefix($0.rawValue) }),
                label(String(text[next...].prefix(16))) != nil
            {
                return blank
            }
            place = next
        }
        return nil
    }
}
