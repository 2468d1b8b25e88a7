import Catalog

/// Reads the rows of a page's table.
struct TableReader {
    private let isRequest: Bool
    /// The keys of the top names in the example; nil if there is no example.
    private let topKeys: Set<String>?
    /// The keys of all object names in the example; nil if there is no example.
    private let objectKeys: Set<String>?
    /// Whether the page ends inside this table.
    private let isCut: Bool
    /// Whether this table uses 是 and 否, or true and false, instead of 必须 and 可选.
    private var hasPlainMarkers = false
    private var items: [Item] = []
    private(set) var rows: [TableRow] = []
    private(set) var warnings: [ImportWarning] = []

    /// A list item, or the first line of a top row, with its continuation lines.
    private struct Item {
        let line: Int
        var text: String
        let isBullet: Bool
        var isOpenEnd: Bool
    }

    /// Reads the rows after the table's head. `keys` are the names in the example of a complete response.
    static func read(
        _ lines: ArraySlice<PageLine>, isRequest: Bool, example: ExampleTree?, isCut: Bool
    ) -> (rows: [TableRow], warnings: [ImportWarning]) {
        var reader = TableReader(isRequest: isRequest, example: example, isCut: isCut)
        reader.hasPlainMarkers = isRequest && reader.lacksUsualMarker(lines)
        reader.gather(lines)
        reader.readRows()
        return (reader.rows, reader.warnings)
    }

    private init(isRequest: Bool, example: ExampleTree?, isCut: Bool) {
        self.isRequest = isRequest
        self.isCut = isCut
        if let example, example.isComplete {
            topKeys = Set(example.nodes[0].children.map { example.nodes[$0].key })
            objectKeys = Set(example.nodes.map(\.key))
        } else {
            topKeys = nil
            objectKeys = nil
        }
    }

    // MARK: Items

    private mutating func gather(_ lines: ArraySlice<PageLine>) {
        for line in lines where !line.text.isEmpty {
            if line.isBullet || isTopRow(line.text) || (items.isEmpty && !line.text.isEmpty) {
                items.append(
                    Item(line: line.number, text: line.text, isBullet: line.isBullet, isOpenEnd: line.isOpenEnd))
            } else {
                items[items.count - 1].text += "\n" + line.text
                items[items.count - 1].isOpenEnd = line.isOpenEnd
            }
        }
        dropHalfRow()
    }

    /// Drops an incomplete top row at the end of a truncated page. It would otherwise look like the end of the previous
    /// row.
    private mutating func dropHalfRow() {
        guard isCut, let last = items.last, last.isOpenEnd else { return }
        let lines = last.text.split(separator: "\n").map(String.init)
        guard lines.count > 1, !last.isBullet || isRequest, let half = lines.last else { return }
        let words = half.split(separator: " ").map(String.init)
        guard words.count <= 3, let name = words.first, Self.isName(name), name.utf8.first.map(Self.isLower) == true
        else { return }
        items[items.count - 1].text = lines.dropLast().joined(separator: "\n")
        warnings.append(ImportWarning(line: last.line, row: name, "the page ends in the middle of this row: omitted"))
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private func isTopRow(_ text: String) -> Bool {
        guard let row = split(text) else { return false }
        if isRequest { return row.isRequired != nil }
        guard let topKeys else { return FieldType(row.type).kind != .object || Self.isCapital(row.type) }
        return topKeys.contains(ExampleTree.key(row.name)) || isUnshownRow(row.name, row.type)
    }

    /// Whether a line can only be a response's row, although the example does not show it. Prose has no such words.
    private func isUnshownRow(_ name: String, _ type: String) -> Bool {
        FieldType(type).kind != .object && name.utf8.contains(UInt8(ascii: "_"))
            && name.utf8.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    /// Whether the table's first row lacks the usual words for required and optional.
    private func lacksUsualMarker(_ lines: ArraySlice<PageLine>) -> Bool {
        guard let first = lines.first(where: { !$0.text.isEmpty && !$0.isBullet }) else { return false }
        guard let row = split(first.text), row.isRequired == nil else { return false }
        return Self.plainMarker(String(row.rest.prefix { $0 != " " })) != nil
    }

    private static func isCapital(_ text: String) -> Bool {
        text.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } == true
    }

    /// Splits off `name Type` and `必须` or `可选` from the rest.
    private func split(_ text: String) -> (name: String, type: String, isRequired: Bool?, rest: String)? {
        var rest = text[...]
        func word() -> String {
            let end = rest.utf8.firstIndex { Blank.contains($0) } ?? rest.endIndex
            let word = rest[..<end]
            let next = rest.utf8[end...].firstIndex { !Blank.contains($0) } ?? rest.endIndex
            rest = rest[next...]
            return String(word)
        }
        let name = word()
        guard Self.isName(name) else { return nil }
        var type = word()
        if rest == "[]" || rest.hasPrefix("[] ") || rest.hasPrefix("[]\n") { type += " " + word() }
        guard Self.isType(type) else { return nil }
        let before = rest
        if let isRequired = marker(word()) { return (name, type, isRequired, String(rest)) }
        return (name, type, nil, String(before))
    }

    private func marker(_ text: String) -> Bool? {
        switch text {
        case "必须", "必选", "必填": true
        case "可选", "选填", "非必须", "非必选", "非必填": false
        default: hasPlainMarkers ? Self.plainMarker(text) : nil
        }
    }

    /// Markers that count only if the whole table uses them. Elsewhere they are examples and descriptions.
    private static func plainMarker(_ text: String) -> Bool? {
        switch text {
        case "是", "true", "True", "TRUE", "Y", "Yes": true
        case "否", "false", "False", "FALSE", "N", "No": false
        default: nil
        }
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 256 else { return false }
        let isWord = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) || first == UInt8(ascii: "_")
        return isWord && text.utf8.allSatisfy { isNameByte($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "$")
            || byte == UInt8(ascii: "@")
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isType(_ text: String) -> Bool {
        var name = text[...]
        if name.hasSuffix("[]") { name = name.dropLast(2) }
        if name.hasSuffix(" ") { name = name.dropLast() }
        guard let first = name.utf8.first, name.utf8.count <= 256 else { return false }
        let isWord = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) || first == UInt8(ascii: "_")
        return isWord
            && name.utf8.allSatisfy {
                isNameByte($0) || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: ",")
            }
    }

    // MARK: Rows

    private mutating func readRows() {
        var index = 0
        while index < items.count {
            guard rows.count < PageReader.maximumFields else {
                warnings.append(
                    ImportWarning(
                        line: items[index].line, row: nil,
                        "the table has more than \(PageReader.maximumFields) rows: the others are omitted"))
                return
            }
            if items[index].isBullet {
                readNested(&index)
            } else {
                readTop(&index)
            }
        }
    }

    private mutating func readTop(_ index: inout Int) {
        let item = items[index]
        index += 1
        guard let row = split(item.text), !isRequest || row.isRequired != nil, !isHalf(item, row.rest) else {
            let name = item.text.utf8.prefix { !Blank.contains($0) }
            warnings.append(
                ImportWarning(
                    line: item.line, row: String(Substring(name.prefix(64))), "not a row of the table: omitted")
            )
            while index < items.count, items[index].isBullet, nested(at: index) == nil { index += 1 }
            return
        }
        var result = TableRow(line: item.line, name: row.name, type: FieldType(row.type), isTop: true)
        result.isRequired = row.isRequired
        result.rest = row.rest.isEmpty ? nil : row.rest
        var texts: [String] = []
        while index < items.count, items[index].isBullet, nested(at: index) == nil {
            let text = items[index].text
            if texts.isEmpty, result.limits.take(text) {
            } else if !text.isEmpty {
                texts.append(text)
            }
            index += 1
        }
        if !texts.isEmpty { result.movedDescription = texts.joined(separator: "\n") }
        rows.append(result)
    }

    /// Whether the page ends inside the name of a response's type.
    private func isHalf(_ item: Item, _ rest: String) -> Bool {
        isCut && item.isOpenEnd && !isRequest && rest.isEmpty
    }

    private struct Nested {
        let name: String
        let type: String
        let isRequired: Bool?
        /// The number of items for name, type and marker.
        let count: Int
    }

    /// The nested row that starts at an item; nil if none does.
    private func nested(at index: Int) -> Nested? {
        var name = items[index].text
        let hasGlyph = name.hasPrefix("└")
        if hasGlyph { name = Blank.trimmed(String(name.unicodeScalars.dropFirst())) }
        guard items[index].isBullet, Self.isName(name) else { return nil }
        guard index + 1 < items.count, items[index + 1].isBullet, Self.isType(items[index + 1].text) else {
            return hasGlyph ? Nested(name: name, type: "", isRequired: nil, count: 1) : nil
        }
        let type = items[index + 1].text
        if isRequest {
            guard index + 2 < items.count, let isRequired = marker(items[index + 2].text) else {
                return hasGlyph ? Nested(name: name, type: "", isRequired: nil, count: 2) : nil
            }
            return Nested(name: name, type: type, isRequired: isRequired, count: 3)
        }
        guard hasGlyph || isResponseObject(name, type) || isUnshownObject(at: index, name, type) else { return nil }
        let isHalf = isCut && index + 2 == items.count && items[index + 1].isOpenEnd
        return Nested(name: name, type: isHalf ? "" : type, isRequired: nil, count: 2)
    }

    /// Whether this is an object row of a response. It has no glyph, so its name and type could be another row's cells.
    private func isResponseObject(_ name: String, _ type: String) -> Bool {
        guard FieldType(type).kind == .object, Self.isCapital(type) || type.hasSuffix("[]") else { return false }
        guard let objectKeys else { return true }
        return objectKeys.contains(ExampleTree.key(name))
    }

    /// Whether an object row that the example does not show cannot be cells of the previous row. The previous row has
    /// both cells, and this row's own rows follow.
    private func isUnshownObject(at index: Int, _ name: String, _ type: String) -> Bool {
        guard FieldType(type).kind == .object, Self.isCapital(type), index >= 4, items[index - 1].isBullet,
            items[index - 2].isBullet, items[index - 4].text.hasPrefix("└"), Self.isLower(name.utf8.first ?? 0)
        else { return false }
        return items[(index + 2)...].prefix(3).contains { $0.isBullet && $0.text.hasPrefix("└") }
    }

    private mutating func readNested(_ index: inout Int) {
        let line = items[index].line
        guard let head = nested(at: index) else {
            warnings.append(ImportWarning(line: line, row: nil, "a cell without a row: omitted"))
            index += 1
            return
        }
        index += head.count
        guard !head.type.isEmpty else {
            while index < items.count, items[index].isBullet, nested(at: index) == nil { index += 1 }
            let isEnd = isCut && index == items.count
            let why = isEnd ? "the page ends in the middle of this row" : "the row lacks a type, or 必须 or 可选"
            warnings.append(ImportWarning(line: line, row: head.name, why + ": left out"))
            return
        }
        var row = TableRow(line: line, name: head.name, type: FieldType(head.type), isTop: false)
        row.isRequired = head.isRequired
        var before: [String] = []
        while index < items.count, items[index].isBullet, nested(at: index) == nil {
            let text = items[index].text
            if row.movedDescription == nil, row.limits.take(text) {
            } else if row.limits.count > 0 {
                row.movedDescription = row.movedDescription.map { $0 + "\n" + text } ?? text
            } else if !text.isEmpty {
                before.append(text)
            }
            index += 1
        }
        row.cells = before
        rows.append(row)
    }
}
