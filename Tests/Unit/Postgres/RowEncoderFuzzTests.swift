import TestSupport
import Testing

@testable import Postgres

/// Fields stored in place are to be what a plain writer of the same fields makes.
@Suite struct RowEncoderFuzzTests {
    /// The slow way: a field is a length and its bytes, put together one after the other.
    private struct PlainRow {
        var fields: [[UInt8]?] = []

        var bytes: [UInt8] {
            fields.reduce(Self.bytes(Int16(fields.count))) { row, field in
                row + Self.bytes(Int32(field?.count ?? -1)) + (field ?? [])
            }
        }

        static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
        }

        static func array(_ elements: [[UInt8]], of type: Int32) -> [UInt8] {
            let head = bytes(Int32(elements.isEmpty ? 0 : 1)) + bytes(Int32(0)) + bytes(type)
            let bounds = elements.isEmpty ? [] : bytes(Int32(elements.count)) + bytes(Int32(1))
            return elements.reduce(head + bounds) { $0 + bytes(Int32($1.count)) + $1 }
        }

        static func text(_ text: String) -> [UInt8] {
            text.utf8.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }
        }
    }

    private static let texts = [
        "", "a", "seven b", "eight by", "\u{0}", "nul \u{0} inside\u{0}", "浙A8B7Y1", "😀 and more than fifteen bytes",
        String(repeating: "长文本 ", count: 400), String(repeating: "x", count: 5000) + "\u{0}",
    ]

    private static func append(_ kind: Int, to row: inout RowEncoder, _ plain: inout PlainRow) {
        let number = Int64.random(in: .min ... .max)
        let text = texts.randomElement() ?? ""
        let octets = (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: 0...255) }
        switch kind {
        case 0:
            row.null()
            plain.fields.append(nil)
        case 1:
            row.int2(Int16(truncatingIfNeeded: number))
            plain.fields.append(PlainRow.bytes(Int16(truncatingIfNeeded: number)))
        case 2:
            row.int4(Int32(truncatingIfNeeded: number))
            plain.fields.append(PlainRow.bytes(Int32(truncatingIfNeeded: number)))
        case 3:
            row.int8(number)
            plain.fields.append(PlainRow.bytes(number))
        case 4:
            row.bool(number < 0)
            plain.fields.append([number < 0 ? 1 : 0])
        case 5:
            row.uuid(high: UInt64(bitPattern: number), low: ~UInt64(bitPattern: number))
            plain.fields.append(PlainRow.bytes(number) + PlainRow.bytes(~number))
        case 6:
            row.text(text)
            plain.fields.append(PlainRow.text(text))
        case 7:
            row.binary(octets)
            plain.fields.append(octets)
        case 8:
            row.binary(octets.lazy.map { ~$0 })
            plain.fields.append(octets.map { ~$0 })
        case 9:
            let values = octets.prefix(9).map { Int64($0) - 100 }
            row.int8s(values)
            plain.fields.append(PlainRow.array(values.map { PlainRow.bytes($0) }, of: 20))
        default:
            let values = (0..<Int.random(in: 0...4)).map { _ in texts.randomElement() ?? "" }
            row.texts(values)
            plain.fields.append(PlainRow.array(values.map(PlainRow.text), of: 25))
        }
    }

    @Test("Any fields in any order and any room give what a plain writer makes", arguments: [0, 1, 16, 300, 20_000])
    func anyFieldsInAnyOrder(capacity: Int) {
        for _ in 0..<testInputs(400) {
            var row = RowEncoder(table: 3, capacity: capacity)
            var plain = PlainRow()
            for _ in 0..<Int.random(in: 0...30) { Self.append(.random(in: 0...10), to: &row, &plain) }
            let made = row.finish()
            #expect(made.table == 3 && made.bytes == plain.bytes)
        }
    }
}
