import Testing

@testable import Catalog

@Suite("A text that holds JSON")
struct EmbeddedJSONTests {
    private func lease(_ ranges: String) -> String {
        """
        {"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":2321321,
         "time_range_list":\(ranges)}
        """
    }

    /// The text as a JSON string.
    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private let range = #"{"startTime":"2019.06.17 10:00:00","endTime":"2019.06.17 12:00:00","amount":100}"#

    @Test("Real JSON is written compactly, with the caller's lexemes")
    func realJSON() throws {
        let ranges = #"[ { "amount" : 9007199254740993.10 , "end_time":1, "endTime": "2019.06.17 12:00:00" } ]"#
        #expect(
            try refused(zeroDownPayments, lease(ranges)) == [
                #"/time_range_list/0/endTime: given twice, as "end_time" and as "endTime""#,
                "/time_range_list/0/startTime: is required: a date and time, yyyy.MM.dd HH:mm:ss (GMT+8) or ISO 8601",
            ])
        let valid = ranges.replacing(#""end_time":1"#, with: #""start_time":"2019-06-17T10:00+08""#)
        #expect(
            try mapped(zeroDownPayments, lease(valid)).value("time_range_list") == """
                [{"startTime":"2019.06.17 10:00:00","endTime":"2019.06.17 12:00:00","amount":9007199254740993.10}]
                """)
    }

    @Test("A text is checked and sent unchanged")
    func textIsCheckedAndSent() throws {
        let text = #"[ {"amount":100, "endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"}]"#
        #expect(try mapped(zeroDownPayments, lease(quoted(text))).value("time_range_list") == text)
    }

    @Test("A text must have the wire's own form in every respect")
    func textMustHaveWire() throws {
        let text = #"""
            [{"start_time":"2019.06.17 10:00:00","endTime":"2019-06-17T12:00:00","startTime":"2019.06.17 13:00:00",
              "amount":"100"},{"startTime":"2019.06.17 13:00:00","endTime":"2019.06.17 12:00:00","amount":1e2},3]
            """#
        #expect(
            try refused(zeroDownPayments, lease(quoted(text).replacing("\n", with: "\\n"))) == [
                "/time_range_list/0/start_time: unknown field; in a text that is sent unchanged its name is \"startTime\"",
                "/time_range_list/0/endTime: must be written as yyyy.MM.dd HH:mm:ss, since the text is sent unchanged",
                "/time_range_list/0/amount: must be a number without an exponent",
                "/time_range_list/1/amount: must be a number without an exponent",
                #"/time_range_list/1/startTime: must be before "endTime""#,
                "/time_range_list/2: must be an object, not a number",
            ])
    }

    @Test(
        "A text that is no JSON, or no list, is refused",
        arguments: [
            ("not json", "must hold JSON: expected a JSON value at byte 0"), ("{}", "must hold a list, not an object"),
            ("[]", "must hold at least one element"), ("[1,", "must hold JSON: "),
            (#"[{"amount":1,"amount":2}]"#, "must hold JSON: the name \"amount\" occurs twice"),
        ])
    func noJSON(text: String, detail: String) throws {
        let faults = try refused(zeroDownPayments, lease(quoted(text)))
        #expect(faults.count == 1)
        #expect(faults[0].hasPrefix("/time_range_list: \(detail.prefix(44))"))
    }

    @Test("JSON that is no list is refused", arguments: ["{}", "3", "true"])
    func wrongKind(written: String) throws {
        let faults = try refused(zeroDownPayments, lease(written))
        #expect(faults.count == 1)
        #expect(faults[0].hasPrefix("/time_range_list: must hold a list, not "))
    }

    @Test("A text that is nested too deep is refused, not followed")
    func textThatIsNested() throws {
        let text = String(repeating: "[", count: 100_000)
        let faults = try refused(zeroDownPayments, lease(quoted(text)))
        #expect(
            faults == [
                "/time_range_list: must hold JSON: arrays and objects are nested more than 64 deep at byte 64"
            ])
        let closed = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(
            try refused(zeroDownPayments, lease(quoted(closed))) == [
                "/time_range_list/0: must be an object, not a list"
            ])
    }

    @Test("Null counts as missing, and a blank text too")
    func nullCountsAsMissing() throws {
        #expect(
            try refused(zeroDownPayments, lease("null")) == [
                "/time_range_list: is required: JSON, or a text that holds it"
            ])
        #expect(
            try refused(zeroDownPayments, lease(#"" ""#)) == [
                "/time_range_list: is required and must not be blank: JSON, or a text that holds it"
            ])
    }
}
