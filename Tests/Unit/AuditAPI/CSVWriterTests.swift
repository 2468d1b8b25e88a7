import Testing

@testable import AuditAPI

@Suite struct CSVWriterTests {
    private func cell(_ text: String?) -> String {
        var csv = CSVWriter()
        csv.cell(text: text)
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    @Test(
        "A text that a spreadsheet would run as a formula is made harmless",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", " =1+1", "\u{3000}=1", "\u{A0}+1",
            "=cmd|' /C calc'!A0",
        ])
    func textThatSpreadsheetWouldRun(_ text: String) {
        #expect(cell(text).drop { $0 == "\"" }.unicodeScalars.first == "'")
    }

    @Test(
        "A text that a spreadsheet would show as another number or a date is marked as text",
        arguments: [
            "1234567890123456789", "0012", "1e5", "12E3", "1.50", "3-4", "2026-01-02", "1/2", "12:30", "1,5", "5%",
            ".5",
            "1 1/2", "00",
        ])
    func textThatSpreadsheetWouldShow(_ text: String) {
        #expect(cell(text).drop { $0 == "\"" }.first == "'")
    }

    @Test(
        "Other texts stand as they are",
        arguments: [
            "0", "40", "123456789012345", "ORDER-1", "a=b", "店铺 二", "isv.invalid-parameter", "1a", "x'y",
            "019f2e27-79b0-7cc3-98c4-dc0c0c07398f", "2026-01-31T08:00:00.000Z", "16fx3r1q", " ", "é",
        ])
    func otherTextsStand(_ text: String) {
        #expect(cell(text) == text)
    }

    @Test("Quotes, separators and line ends are quoted; who takes one mark away has the text")
    func quotesSeparatorsAndLine() {
        #expect(cell("a,b") == "\"a,b\"")
        #expect(cell("a;b") == "\"a;b\"")
        #expect(cell("say \"hi\"") == "\"say \"\"hi\"\"\"")
        #expect(cell("a\r\nb\nc") == "\"a\r\nb\nc\"")
        #expect(cell("=\"x\"") == "\"'=\"\"x\"\"\"")
        #expect(cell("'=1") == "''=1")
        #expect(cell(nil) == "" && cell("") == "")
    }

    @Test("What is the relay's own is not touched, and lines end with CRLF")
    func whatIsRelayOwnIsNotTouched() {
        var csv = CSVWriter()
        csv.byteOrderMark()
        csv.cell(own: "-1.500")
        csv.cell(own: nil)
        csv.cell(text: "a")
        csv.endRow()
        csv.cell(own: "b")
        csv.endRow()
        #expect(csv.bytes == [0xEF, 0xBB, 0xBF] + Array("-1.500,,a\r\nb\r\n".utf8))
    }
}
