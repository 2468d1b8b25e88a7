import Testing

@testable import AdminAPI

@Suite struct TimeSpanTests {
    @Test(
        "A length of time is a number and a unit",
        arguments: [("90d", 7_776_000_000), ("12h", 43_200_000), ("30m", 1_800_000), ("1s", 1000)] as [(String, Int64)])
    func readsSpans(_ text: String, _ milliseconds: Int64) {
        #expect(TimeSpan.milliseconds(text) == milliseconds)
    }

    @Test(
        "Any other text is none",
        arguments: ["", "d", "7", "0d", "-1d", "+1d", "1.5h", "7 d", "7D", "99999d", "9999999999d", "1w"])
    func refusesSpans(_ text: String) {
        #expect(TimeSpan.milliseconds(text) == nil)
    }

    @Test("A rate is calls a second")
    func readsRates() {
        #expect(CallRate.read("10/s") == 10)
        #expect(CallRate.text(10) == "10/s")
        for text in ["10", "0/s", "-1/s", "+1/s", "1/m", "/s", "1.5/s"] {
            #expect(CallRate.read(text) == nil, "\(text)")
        }
    }

    @Test("A cursor holds the key of an entry, and a damaged one is refused")
    func readsCursors() {
        for key in [["main"], ["main", "店铺 二"], ["main", ""]] {
            #expect(PageCursor.read(PageCursor.text(key)) == key)
        }
        for text in ["", "zz", "0", "00", "ff", String(repeating: "61", count: 2000)] {
            #expect(PageCursor.read(text) == nil, "\(text.prefix(8))")
        }
    }
}
