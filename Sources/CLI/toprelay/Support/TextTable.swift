/// Rows of texts in columns, for a terminal.
struct TextTable {
    private var rows: [[String]]

    init(_ head: String...) { rows = [head] }

    init(head: [String]) { rows = [head] }

    mutating func add(_ row: String...) { add(row: row) }

    mutating func add(row: [String]) { rows.append(row.map(TerminalText.escaped)) }

    /// The lines of the table. A wide character, such as a Chinese one, counts as two columns.
    var lines: [String] {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { Self.width($0[column]) }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
                }
            }
            return line
        }
    }

    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : takesNoColumn($1) ? 0 : 1) }
    }

    /// Whether a character combines with the one before or is invisible.
    private static func takesNoColumn(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return true
        default: return false
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
