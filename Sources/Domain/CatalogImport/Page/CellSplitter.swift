import Catalog
import JSON

/// Separates a row's example from its description.
enum CellSplitter {
    struct Cells: Equatable {
        var example: String?
        var description: String?
        /// The doubt as a sentence; nil if there is none.
        var doubt: String?
    }

    /// What the page's example shows for a row.
    enum Shown {
        /// The page has no example, or it ends before the row.
        case nothing
        /// The example shows other rows but not this one, or shows it without a value.
        case empty
        case values([String])
    }

    static func cut(_ row: TableRow, shown: Shown) -> Cells {
        if row.isTop { return top(row, shown) }
        if row.limits.count > 0 {
            let doubt = row.cells.count > 1 ? "more cells than columns" : nil
            return Cells(
                example: row.cells.isEmpty ? nil : row.cells.joined(separator: "\n"), description: row.movedDescription,
                doubt: doubt)
        }
        switch row.cells.count {
        case 0: return Cells(example: shown.lostCell)
        case 1: return lone(row.cells[0], row.type, shown)
        case 2: return Cells(example: row.cells[0], description: row.cells[1])
        default:
            return Cells(
                example: row.cells[0], description: row.cells.dropFirst().joined(separator: "\n"),
                doubt: "more cells than columns: the first is taken as the example")
        }
    }

    private static func top(_ row: TableRow, _ shown: Shown) -> Cells {
        guard let rest = row.rest else { return Cells(description: row.movedDescription) }
        // After limits, the description has its own item. Everything before the limits is the example.
        if row.limits.count > 0 { return Cells(example: rest, description: row.movedDescription) }
        var cells = joined(rest, row.type, shown)
        if let moved = row.movedDescription {
            cells.description = cells.description.map { $0 + "\n" + moved } ?? moved
        }
        return cells
    }

    /// Splits a single cell where two should be.
    private static func lone(_ text: String, _ type: FieldType, _ shown: Shown) -> Cells {
        if type.isList || [.object, .json, .map].contains(type.kind), isJSON(text) { return Cells(example: text) }
        switch shown {
        case .values(let values):
            if values.contains(where: { length(of: $0, in: text) == text.utf8.count }) { return Cells(example: text) }
            if looksLikeValue(text, type), !isProse(text) {
                return Cells(
                    example: text, doubt: "one cell, but the example has another value: taken as the example")
            }
            return Cells(example: shown.lostCell, description: text)
        case .empty: return Cells(description: text)
        case .nothing:
            if type.kind == .object ? isJSONStart(text) : !isProse(text) {
                return Cells(example: text, doubt: "one cell that could be either: taken as the example")
            }
            return Cells(description: text, doubt: "one cell that could be either: taken as the description")
        }
    }

    /// Splits both cells of a top row in one text.
    private static func joined(_ text: String, _ type: FieldType, _ shown: Shown) -> Cells {
        switch shown {
        case .values(let values):
            if let length = values.compactMap({ length(of: $0, in: text) }).max() { return split(text, at: length) }
            if type.kind == .bytes, !type.isList { return file(text) }
            var cells = guessed(text, type)
            cells.doubt = "the example has another value: \(cells.words)"
            return cells
        case .empty:
            return type.kind == .object ? object(text) : Cells(description: text)
        case .nothing where type.kind == .object:
            return object(text)
        case .nothing:
            var cells = guessed(text, type)
            cells.doubt = "the end of its example is not clear: \(cells.words)"
            return cells
        }
    }

    /// Splits an object's cells. The example never shows the text that stands for a whole object.
    private static func object(_ text: String) -> Cells {
        let bytes = Array(text.utf8)
        if isJSONStart(text), let end = jsonEnd(bytes), end == bytes.count || Blank.contains(bytes[end]),
            isJSON(String(decoding: text.utf8.prefix(end), as: UTF8.self))
        {
            return split(text, at: end)
        }
        // Most words are a description, because objects have no example. Some pages repeat a word, or have a number or
        // the word JSON (`json对象`).
        let words = text.utf8.split(separator: UInt8(ascii: " "))
        guard words.count > 1, let first = words.first.map({ String(Substring($0)) }) else {
            return Cells(description: text)
        }
        if words.count == 2, words[1].elementsEqual(first.utf8) { return split(text, at: first.utf8.count) }
        let isValue = DecimalText.isValid(first) || words.count == 2 && first.lowercased().hasPrefix("json")
        guard isValue, isProse(text) else { return Cells(description: text) }
        var cells = split(text, at: first.utf8.count)
        cells.doubt = "the end of its example is not clear: \(cells.words)"
        return cells
    }

    /// Splits a file's cells. Java has a file there, and the table has a word for it.
    private static func file(_ text: String) -> Cells {
        let end = text.utf8.firstIndex { Blank.contains($0) } ?? text.endIndex
        return end == text.endIndex
            ? Cells(description: text) : split(text, at: text.utf8.distance(from: text.startIndex, to: end))
    }

    private static func guessed(_ text: String, _ type: FieldType) -> Cells {
        guessedLength(text, type).map { split(text, at: $0) } ?? Cells(description: text)
    }

    /// The probable length of the example in bytes; nil if the text seems to have none.
    private static func guessedLength(_ text: String, _ type: FieldType) -> Int? {
        let bytes = Array(text.utf8)
        if isJSONStart(text), let end = jsonEnd(bytes), end == bytes.count || Blank.contains(bytes[end]) { return end }
        var end = 0
        while end < bytes.count, !Blank.contains(bytes[end]) { end += 1 }
        if end + 9 <= bytes.count, isDay(bytes, 0), isTime(bytes, end + 1) { end += 9 }
        let word = String(decoding: text.utf8.prefix(end), as: UTF8.self)
        if looksLikeValue(word, type) { return end }
        switch type.kind {
        case .string, .json, .map, .bytes: return isProse(word) ? nil : end
        default: return nil
        }
    }

    private static func split(_ text: String, at length: Int) -> Cells {
        let example = Blank.trimmed(String(decoding: text.utf8.prefix(length), as: UTF8.self))
        let description = Blank.trimmed(String(decoding: text.utf8.dropFirst(length), as: UTF8.self))
        return Cells(example: example.isEmpty ? nil : example, description: description.isEmpty ? nil : description)
    }

    // MARK: What texts look like

    private static func isDay(_ bytes: [UInt8], _ start: Int) -> Bool {
        start + 10 <= bytes.count && isDigit(bytes[start]) && isDigit(bytes[start + 3]) && !isDigit(bytes[start + 4])
            && isDigit(bytes[start + 5]) && !isDigit(bytes[start + 7]) && isDigit(bytes[start + 9])
    }

    private static func isTime(_ bytes: [UInt8], _ start: Int) -> Bool {
        start + 8 <= bytes.count && isDigit(bytes[start]) && bytes[start + 2] == UInt8(ascii: ":")
            && bytes[start + 5] == UInt8(ascii: ":") && isDigit(bytes[start + 7])
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isJSONStart(_ text: String) -> Bool {
        text.hasPrefix("{") || text.hasPrefix("[")
    }

    /// Whether a text is an object or a list in JSON.
    private static func isJSON(_ text: String) -> Bool {
        isJSONStart(text) && (try? JSONDocument(text)) != nil
    }

    /// The end of the brackets at the start of a text.
    private static func jsonEnd(_ bytes: [UInt8]) -> Int? {
        var depth = 0
        for index in 0..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }

    private static func looksLikeValue(_ text: String, _ type: FieldType) -> Bool {
        switch type.kind {
        case .number, .price, .decimal:
            return text.utf8.first.map { isDigit($0) || $0 == UInt8(ascii: "-") } == true && !isProse(text)
        case .boolean: return text == "true" || text == "false"
        case .date: return isDay(Array(text.utf8), 0)
        case .object, .map, .json: return isJSONStart(text) || DecimalText.isValid(text)
        case .string, .bytes: return !isProse(text)
        }
    }

    /// Whether a text has letters beyond ASCII.
    private static func isProse(_ text: String) -> Bool {
        text.utf8.contains { $0 >= 0x80 }
    }

    /// The number of bytes at the start of a text that spell this value. It ignores white space, which cells collapse,
    /// and backslashes, which Java may double or drop. Nil if the text does not start with the value.
    static func length(of value: String, in text: String) -> Int? {
        let value = Array(value.utf8)
        let text = Array(text.utf8)
        var (read, place) = (0, 0)
        while true {
            while read < value.count, isIgnored(value[read]) { read += 1 }
            if read == value.count { break }
            while place < text.count, isIgnored(text[place]) { place += 1 }
            guard place < text.count, text[place] == value[read] else { return nil }
            read += 1
            place += 1
        }
        while place < text.count, text[place] == UInt8(ascii: "\\") { place += 1 }
        return place > 0 && (place == text.count || Blank.contains(text[place])) ? place : nil
    }

    private static func isIgnored(_ byte: UInt8) -> Bool {
        Blank.contains(byte) || byte == UInt8(ascii: "\\")
    }
}

extension CellSplitter.Shown {
    /// The example of a row whose cell is lost. Copied pages lose cells that are one character beyond ASCII.
    fileprivate var lostCell: String? {
        guard case .values(let values) = self, let value = values.first, let only = value.unicodeScalars.first,
            value.unicodeScalars.count == 1, !only.isASCII
        else { return nil }
        return value
    }
}

extension CellSplitter.Cells {
    /// The decision as a sentence.
    fileprivate var words: String {
        switch (example, description) {
        case (let example?, _?): "\"\(example)\" is taken as the example"
        case (_?, nil): "everything is taken as the example"
        case (nil, _): "everything is taken as the description"
        }
    }
}
