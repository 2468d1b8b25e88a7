import Foundation
import TOP
import TestSupport
import Testing
import Time

@Suite("Times")
struct TOPTimeTests {
    // 2016-01-01 12:00:00 in GMT+8.
    static let noon = 1_451_620_800

    @Test("A moment in each of TOP's forms")
    func momentInEachOfTOP() {
        #expect(TOPTime.timestamp(epochSeconds: 0) == "1970-01-01 08:00:00")
        #expect(TOPTime.timestamp(epochSeconds: Self.noon) == "2016-01-01 12:00:00")
        #expect(TOPTime.format(epochSeconds: Self.noon, as: .dotted) == "2016.01.01 12:00:00")
        #expect(TOPTime.format(epochSeconds: Self.noon, as: .date) == "2016-01-01")
        #expect(TOPTime.format(epochSeconds: Self.noon, as: .milliseconds) == "1451620800000")
        #expect(TOPTime.timestamp(epochSeconds: 951_753_599) == "2000-02-28 23:59:59")
        #expect(TOPTime.timestamp(epochSeconds: 951_753_600) == "2000-02-29 00:00:00")
        #expect(TOPTime.timestamp(epochSeconds: -28_801) == "1969-12-31 23:59:59")
    }

    @Test(
        "Every form of one moment is read as that moment",
        arguments: [
            ("2016-01-01 12:00:00", true, false), ("2016.01.01 12:00:00", true, false),
            ("2016-01-01T12:00:00", true, false), ("2016-01-01t12:00:00", true, false),
            ("2016-01-01T04:00:00Z", true, true), ("2016-01-01 04:00:00z", true, true),
            ("2016-01-01T12:00:00+08:00", true, true), ("2016-01-01T12:00:00+0800", true, true),
            ("2016-01-01T12:00:00+08", true, true), ("2016-01-01T12:00+08:00", true, true),
            ("2016-01-01T12:00", true, false),
            ("2016-01-01T04:00Z", true, true), ("2016-01-01T12:00+0800", true, true),
            ("2016-01-01T12:00+08", true, true),
            ("2015-12-31T22:30:00-05:30", true, true), ("2016-01-01T04:00:00-00:00", true, true),
        ])
    func everyFormOfOneMoment(_ text: String, _ hasTime: Bool, _ hasOffset: Bool) throws {
        let time = try TOPTime.parse(text)
        #expect(time == ParsedTime(epochSeconds: Self.noon, hasTime: hasTime, hasOffset: hasOffset))
        #expect(time.epochMilliseconds == Self.noon * 1000)
    }

    @Test("A day alone is its first second in GMT+8")
    func dayAloneIsItsFirst() throws {
        let day = ParsedTime(epochSeconds: Self.noon - 12 * 3600, hasTime: false, hasOffset: false)
        #expect(try TOPTime.parse("2016-01-01") == day)
        #expect(try TOPTime.parse("0001-01-01").epochSeconds == -62_135_625_600)
        #expect(
            try TOPTime.format(epochSeconds: TOPTime.parse("9999-12-31 23:59:59").epochSeconds, as: .dashed)
                == "9999-12-31 23:59:59")
    }

    @Test(
        "Days and times that do not exist are refused, with the part that is wrong",
        arguments: [
            ("2026-02-30 00:00:00", "day"), ("2026-02-29", "day"), ("1900-02-29", "day"), ("2026-04-31", "day"),
            ("2026-01-00", "day"), ("2026-01-32", "day"), ("2026-13-01", "month"), ("2026-00-01", "month"),
            ("0000-01-01", "year"), ("2026-01-01 24:00:00", "hour"), ("2026-01-01 23:60:00", "minute"),
            ("2026-01-01 23:59:60", "second"), ("2026.02.30 00:00:00", "day"), ("2026-01-01T00:00:00+24:00", "offset"),
            ("2026-01-01T00:00:00+08:60", "offset"),
        ])
    func daysAndTimesThatDoNotExist(_ text: String, _ part: String) {
        #expect(throws: TimeFormatError.impossible(part: part)) { try TOPTime.parse(text) }
    }

    @Test("Leap days exist where the calendar has them", arguments: ["2000-02-29", "2024-02-29 00:00:00"])
    func leapDays(_ text: String) {
        #expect(throws: Never.self) { try TOPTime.parse(text) }
    }

    @Test(
        "A fraction of zeros is no fraction",
        arguments: ["2026-01-01 00:00:00.0", "2026-01-01T00:00:00.000+08:00", "2026-01-01T00:00:00,000000000"])
    func zeroFraction(_ text: String) throws {
        #expect(try TOPTime.parse(text).epochSeconds == 1_767_196_800)
    }

    @Test(
        "Fractions of a second have an error of their own",
        arguments: ["2026-01-01 00:00:00.01", "2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00,5+08:00"])
    func fractionsOfSecondHaveError(_ text: String) {
        #expect(throws: TimeFormatError.fraction) { try TOPTime.parse(text) }
    }

    @Test(
        "Whatever else is no time",
        arguments: [
            "", "now", "2026", "2026-01", "2026-1-1", "26-01-01", "2026/01/01", "2026-01.01", "2026.01.01",
            "2026.01.01T00:00:00", "2026.01.01 00:00:00Z", "2026-01-01 ", " 2026-01-01", "2026-01-01  00:00:00",
            "2026-01-01 00:00", "2026-01-01 0:00:00", "2026-01-01T00:00:00+8", "2026-01-01T00:00:00+08:00x",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "1451620800000", "2026-01-01Z", "２０２６-01-01",
            "+026-01-01", "2026-01-01 00:00:0a", "2026-01-01T00", "2026-01-01T00:00.5Z", "2026-01-01T00:00,5",
            "2026-01-01T00:00:",
            "2026-01-01T00:00+", "2026-01-01T00:00+08:", "2026-01-01T00:00+080", "2026-01-01 00:00+08:00",
            "2026.01.01 00:00",
        ])
    func noTime(_ text: String) {
        #expect(throws: TimeFormatError.form) { try TOPTime.parse(text) }
    }

    @Test("Milliseconds are read from digits alone, up to the year 9999")
    func millisecondsAreReadFromDigits() throws {
        #expect(try TOPTime.parse(milliseconds: "1451620800000") == 1_451_620_800_000)
        #expect(try TOPTime.parse(milliseconds: "0") == 0)
        for bad in ["", "-1", "1.0", "1e3", " 1", "+1"] {
            #expect(throws: TimeFormatError.form) { try TOPTime.parse(milliseconds: bad) }
        }
        for bad in ["253402300800000", "99999999999999999999999"] {
            #expect(throws: TimeFormatError.impossible(part: "number of milliseconds")) {
                try TOPTime.parse(milliseconds: bad)
            }
        }
    }

    @Test("RFC 3339 in UTC with milliseconds, both ways")
    func rfc3339() throws {
        let known: [(String, Int64)] = [
            ("2026-11-22T00:13:26.123Z", 1_795_306_406_123), ("1970-01-01T00:00:00.000Z", 0),
            ("1969-12-31T23:59:59.999Z", -1), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ]
        for (text, milliseconds) in known {
            #expect(RFC3339.text(epochMilliseconds: milliseconds) == text)
            #expect(try RFC3339.epochMilliseconds(text) == milliseconds)
        }
        #expect(try RFC3339.epochMilliseconds("1970-01-01T08:00:00+08:00") == 0)
        #expect(try RFC3339.epochMilliseconds("1970-01-01T00:00:00.5Z") == 500)
        #expect(try RFC3339.epochMilliseconds("1970-01-01T00:00:00.0019999Z") == 2)
        #expect(try RFC3339.epochMilliseconds("1970-01-01T00:00:00.863001Z") == 864)
        #expect(try RFC3339.epochMilliseconds("1970-01-01T00:00:00.863000Z") == 863)
        #expect(try RFC3339.epochMilliseconds("1970-01-01T00:00:00.999999999Z") == 1000)
    }

    @Test("RFC 3339 wants a time and an offset")
    func rfc3339Refused() {
        #expect(throws: TimeFormatError.missingOffset) { try RFC3339.epochMilliseconds("1970-01-01T00:00:00") }
        for bad in [
            "1970-01-01", "1970.01.01 00:00:00", "yesterday", "1970-01-01T00:00Z", "1970-01-01T00:00:00+08",
        ] {
            #expect(throws: TimeFormatError.form) { try RFC3339.epochMilliseconds(bad) }
        }
    }

    @Test("A day of the relay begins at midnight in GMT+8")
    func relayDay() {
        #expect(GMT8.start(of: 86_400_000, at: 1_451_577_599_999) == 1_451_491_200_000)
        #expect(GMT8.start(of: 86_400_000, at: 1_451_577_600_000) == 1_451_577_600_000)
    }

    @Test("Days and dates convert both ways, one by one from 1895 to 2105")
    func civilDates() {
        var before = CivilDate(daysSince1970: -27_395)
        for days in -27_394...49_400 {
            let date = CivilDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            #expect(before < date)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
            before = date
        }
        #expect(CivilDate(daysSince1970: -719_162) == CivilDate(year: 1, month: 1, day: 1))
    }

    @Test("Python writes random moments the same way")
    func pythonWritesRandomMoments() async throws {
        let script = """
            import datetime, sys
            zone = datetime.timezone(datetime.timedelta(hours=8))
            for line in sys.stdin.read().split():
                print(datetime.datetime.fromtimestamp(int(line), zone).strftime("%Y-%m-%d %H:%M:%S"))
            """
        var generator = Seeded(seed: 9)
        let moments = (0..<1000).map { _ in Int.random(in: 0..<253_402_000_000, using: &generator) }
        let input = moments.map(String.init).joined(separator: " ")
        let answers = try await Command.succeed(["python3", "-c", script], input: input).split(separator: "\n")
        #expect(answers.count == moments.count)
        for (moment, answer) in zip(moments, answers) {
            #expect(TOPTime.timestamp(epochSeconds: moment) == answer)
            #expect(try TOPTime.parse(String(answer)).epochSeconds == moment)
        }
    }

    @Test("The host's time zone does not matter", arguments: ["America/New_York", "Pacific/Kiritimati", "UTC"])
    func hostTimeZone(_ zone: String) async {
        // In a process of its own, so that no other test sees the zone.
        await #expect(processExitsWith: .success) { [zone] in
            setenv("TZ", zone, 1)
            tzset()
            var now = time_t(Self.noon)
            let host = try #require(localtime(&now))
            #expect(host.pointee.tm_hour != 12, "the zone was not set")
            #expect(TOPTime.timestamp(epochSeconds: Self.noon) == "2016-01-01 12:00:00")
            #expect(try TOPTime.parse("2016-01-01 12:00:00").epochSeconds == Self.noon)
        }
    }

    @Test("The errors say what was expected")
    func errorsSayWhatWasExpected() {
        #expect(TimeFormatError.form.description.contains("yyyy-MM-dd HH:mm:ss"))
        #expect(TimeFormatError.impossible(part: "day").description.contains("the day is out of range"))
        #expect(TimeFormatError.fraction.description.contains("fraction"))
        #expect(TimeFormatError.missingOffset.description.contains("+08:00"))
    }
}
