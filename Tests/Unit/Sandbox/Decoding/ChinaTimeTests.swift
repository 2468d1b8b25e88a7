import JSON
import Testing

@testable import Sandbox

@Suite("Times in GMT+8")
struct ChinaTimeTests {
    @Test("Agree with Python's calendar in both directions")
    func agreeWithPython() async throws {
        let program = #"""
            import json, time
            stamps = [0, 951753599, 951753600, 951839999, 951840000, 1078012800, 4107542399, 4107542400]
            stamps += [day * 86400 * 37 + day * 977 for day in range(1300)]
            print(json.dumps([[s, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(s + 8 * 3600))] for s in stamps]))
            """#
        for row in try await JSONDocument(PythonPeer.run(program)).root.elements {
            let cells = Array(row.elements)
            let seconds = try #require(Int(cells[0].lexeme ?? ""))
            let text = try #require(cells[1].string)
            #expect(ChinaTime.text(epochSeconds: seconds) == text)
            #expect(ChinaTime.epochSeconds(text) == seconds)
        }
    }

    @Test("May be milliseconds, as some of TOP's own clients send")
    func mayBeMilliseconds() {
        #expect(ChinaTime.epochSeconds("1451620800123") == 1_451_620_800)
    }

    @Test(
        "That are none are refused",
        arguments: [
            "", "2016-02-30 00:00:00", "2015-02-29 00:00:00", "2016-13-01 00:00:00", "2016-00-01 00:00:00",
            "2016-01-01T00:00:00", "2016-01-01 24:00:00", "2016-01-01 00:60:00", "2016-1-01 00:00:00 ",
            "2016-01-01 00:00:0x", "1969-12-31 00:00:00", "123456789012", "12345678901234",
        ])
    func thatAreNoneAreRefused(_ text: String) {
        #expect(ChinaTime.epochSeconds(text) == nil)
    }
}
