internal import CLibpq

/// The rows of a result in text form, in one buffer.
///
/// A statement without a result has no columns and no rows. Then `affected` has the number of rows that it changed.
package struct Rows: Sendable, RandomAccessCollection {
    /// The names of the columns, in order.
    package let columns: [String]
    /// The number of inserted, updated, deleted or selected rows; 0 for statements without a count.
    package let affected: Int

    /// The bytes of all fields, one after the other.
    private var bytes: [UInt8] = []
    /// The end of each field in `bytes`.
    private var ends: [Int] = []
    /// Whether each field is NULL.
    private var nulls: [Bool] = []
    private var rowCount = 0

    init(columns: [String], affected: Int, rowCapacity: Int = 0) {
        self.columns = columns
        self.affected = affected
        ends.reserveCapacity(rowCapacity * columns.count)
        nulls.reserveCapacity(rowCapacity * columns.count)
    }

    mutating func append(field: UnsafeRawBufferPointer?) {
        if let field { bytes.append(contentsOf: field) }
        ends.append(bytes.count)
        nulls.append(field == nil)
    }

    mutating func endRow() { rowCount += 1 }

    /// The index of the first row: 0.
    package var startIndex: Int { 0 }
    /// The number of rows.
    package var endIndex: Int { rowCount }

    /// The row at an index.
    package subscript(position: Int) -> Row {
        precondition(position >= 0 && position < rowCount, "row \(position) of \(rowCount)")
        return Row(rows: self, index: position)
    }

    func field(row: Int, column: Int) -> ArraySlice<UInt8>? {
        precondition(column >= 0 && column < columns.count, "column \(column) of \(columns.count)")
        let place = row * columns.count + column
        guard !nulls[place] else { return nil }
        return bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
    }
}

/// One row of a result.
package struct Row: Sendable {
    let rows: Rows
    let index: Int

    /// The number of columns.
    package var count: Int { rows.columns.count }

    /// The field in a column. Columns count from 0.
    package subscript(column: Int) -> Field {
        Field(text: rows.field(row: index, column: column))
    }

    /// The field in the first column with a name. NULL if there is no such column.
    package subscript(name: String) -> Field {
        guard let column = rows.columns.firstIndex(of: name) else { return Field(text: nil) }
        return self[column]
    }
}

/// One field of a row, read from PostgreSQL's text form. Each property is nil for NULL and for unreadable text.
package struct Field: Sendable {
    let utf8: ArraySlice<UInt8>?

    init(text: ArraySlice<UInt8>?) { utf8 = text }

    /// True for NULL.
    package var isNull: Bool { utf8 == nil }

    /// The field as text.
    package var text: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

    /// The field as a whole number.
    package var integer: Int64? { text.flatMap { Int64($0) } }

    /// The field as a floating point number.
    package var double: Double? { text.flatMap { Double($0) } }

    /// A boolean in PostgreSQL's form, `t` or `f`.
    package var bool: Bool? {
        guard let utf8, utf8.count == 1, let letter = utf8.first else { return nil }
        return letter == 0x74 ? true : letter == 0x66 ? false : nil
    }

    /// A `bytea`, in the form `\x` and hexadecimal digits.
    package var bytes: [UInt8]? {
        guard let utf8, utf8.count.isMultiple(of: 2), utf8.starts(with: [0x5C, 0x78]) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count / 2 - 1)
        var place = utf8.startIndex + 2
        while place < utf8.endIndex {
            guard let high = Self.digit(utf8[place]), let low = Self.digit(utf8[place + 1]) else { return nil }
            result.append(high << 4 | low)
            place += 2
        }
        return result
    }

    private static func digit(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x30...0x39: letter - 0x30
        case 0x61...0x66: letter - 0x61 + 10
        case 0x41...0x46: letter - 0x41 + 10
        default: nil
        }
    }
}

extension Rows {
    /// Copies the rows of a result. The caller clears the result.
    init(result: OpaquePointer) {
        let (rowCount, columnCount) = (PQntuples(result), PQnfields(result))
        let names = (0..<columnCount).map { column in PQfname(result, column).map { String(cString: $0) } ?? "" }
        let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        self.init(columns: names, affected: affected, rowCapacity: Int(rowCount))
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                append(field: Self.field(result, row, column))
            }
            endRow()
        }
    }

    private static func field(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}
