import Testing

@testable import Postgres

@Suite struct RowEncoderTests {
    private func field(_ append: (inout RowEncoder) -> Void) -> [UInt8] {
        var encoder = RowEncoder(table: 0)
        append(&encoder)
        let row = encoder.finish()
        #expect(row.fieldCount == 1)
        return Array(row.bytes.dropFirst(6))
    }

    @Test(
        "Texts that PostgreSQL refuses are repaired, others are kept to the byte",
        arguments: [
            ([UInt8]("plain ASCII, long enough for words".utf8), nil),
            ([UInt8]("中文 😀 \u{7FF} \u{800} \u{FFFF} \u{10FFFF} end of it".utf8), nil),
            ([0x61, 0x00, 0x62], "a\u{FFFD}b"),
            ([UInt8]("12345678".utf8) + [0x00], "12345678\u{FFFD}"),
            ([0xC4, 0xE3, 0xBA, 0xC3], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),  // GBK
            ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"),  // an overlong NUL
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),  // a surrogate
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),  // beyond U+10FFFF
            ([0x61, 0xE4, 0xB8], "a\u{FFFD}\u{FFFD}"),  // cut off
            ([], ""),
        ] as [([UInt8], String?)])
    func textsThatPostgreSQLRefuses(bytes: [UInt8], repaired: String?) {
        let expected = repaired.map { Array($0.utf8) } ?? bytes
        #expect(field { $0.text(utf8: bytes) } == expected)
        #expect(field { $0.text(utf8: ([0x41] + bytes)[1...]) } == expected)
        if let text = String(validating: bytes, as: UTF8.self) { #expect(field { $0.text(text) } == expected) }
    }

    @Test("Fields have their binary form")
    func fieldsHaveTheirBinary() {
        #expect(field { $0.int2(-2) } == [0xFF, 0xFE])
        #expect(field { $0.int4(1) } == [0, 0, 0, 1])
        #expect(field { $0.timestamp(epochMilliseconds: 946_684_800_001) } == [0, 0, 0, 0, 0, 0, 0x03, 0xE8])
        #expect(
            field { $0.timestamp(epochMilliseconds: 946_684_799_999) } == [255, 255, 255, 255, 255, 255, 0xFC, 0x18])
        #expect(
            field { $0.uuid(high: 1, low: 2) } == field { $0.uuid([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]) })
        #expect(field { $0.uuid([1, 2]) } == [])
        #expect(field { $0.texts([]) } == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
        #expect(field { $0.text(String?.none) } == [])
    }

    @Test("Dropping a field leaves the others as they are")
    func droppingFieldLeavesOthers() {
        var encoder = RowEncoder(table: 3)
        encoder.text("one")
        encoder.null()
        encoder.text("three")
        var expected = RowEncoder(table: 3)
        expected.text("one")
        expected.null()
        expected.null()
        let (row, shorter) = (encoder.finish(), expected.finish())
        #expect(row.dropping { $0 == 2 } == shorter)
    }
}

@Suite struct RetryPolicyTests {
    @Test(
        "What a refusal leads to",
        arguments: [
            ("23505", 9, true, RetryPolicy.Action.isolate), ("23505", 9, false, .split),
            ("23505", 1, false, .written),
            ("22P02", 9, false, .split), ("22P02", 1, false, .dropColumns), ("54000", 1, false, .dropColumns),
            ("42P01", 9, false, .isolate), ("42P01", 1, false, .defer), ("XX000", 9, false, .isolate),
            ("XX000", 1, false, .fail), ("53100", 1, false, .retry), ("57014", 9, true, .retry),
            ("25006", 1, false, .reconnect),
        ])
    func whatRefusalLeads(sqlState: String, requests: Int, isInDoubt: Bool, action: RetryPolicy.Action) {
        let error = PostgresError(kind: .server, fields: .init(sqlState: sqlState))
        let policy = RetryPolicy(mode: .persistent)
        #expect(policy.action(for: error, requests: requests, isInDoubt: isInDoubt, canDropColumns: true) == action)
    }

    @Test("Bodies that are gone already, and surroundings that a bounded unit cannot wait for, end in failure")
    func bodiesThatAreGone() {
        let data = PostgresError(kind: .server, fields: .init(sqlState: "22001"))
        let partition = PostgresError(kind: .server, fields: .init(sqlState: "23514", table: "calls"))
        let policy = RetryPolicy(mode: .bounded)
        #expect(policy.action(for: data, requests: 1, isInDoubt: false, canDropColumns: false) == .fail)
        #expect(policy.action(for: partition, requests: 1, isInDoubt: false, canDropColumns: true) == .fail)
        #expect(policy.action(for: partition, requests: 5, isInDoubt: false, canDropColumns: false) == .isolate)
    }
}
