import Testing

@testable import Catalog

@Suite("Dates and times")
struct DateTests {
    @Test(
        "A Date takes its documented form or ISO 8601 and goes out in GMT+8",
        arguments: [
            ("2010-01-01 00:00:00", "2010-01-01 00:00:00"), ("2010-01-01T08:00:00+08:00", "2010-01-01 08:00:00"),
            ("2010-01-01T00:00:00Z", "2010-01-01 08:00:00"), ("2010-01-01T08:00:00", "2010-01-01 08:00:00"),
            ("2009-12-31T23:30:00-05:00", "2010-01-01 12:30:00"), ("2012-02-29 23:59:59", "2012-02-29 23:59:59"),
            ("2010-01-01T20:00:00Z", "2010-01-02 04:00:00"),
            ("2026-01-02T03:04:05.000Z", "2026-01-02 11:04:05"), ("2010-01-01 00:00:00.0", "2010-01-01 00:00:00"),
            ("2010-01-01T00:00:00.000000+08:00", "2010-01-01 00:00:00"),
        ])
    func dateTakesItsDocumented(given: String, sent: String) throws {
        let text = Example.carProfile.replacing(
            #""gmt_create":"2010-01-01 00:00:00""#, with: #""gmt_create":"\#(given)""#)
        #expect(try mapped(carProfiles, text).value("list")?.contains(#""gmt_create":"\#(sent)""#) == true)
    }

    @Test(
        "What is no date and time is refused",
        arguments: [
            ("\"2010-01-01\"", "; the time of day is missing"), ("\"2010.01.01 00:00:00\"", ""),
            ("\"2010-02-29 00:00:00\"", "; the day is out of range"), ("\"\"", ""), ("\"tomorrow\"", ""),
            ("\"2010-13-01 00:00:00\"", "; the month is out of range"),
            ("\"2010-01-01 00:00:00.123\"", "; without a fraction of a second"), ("1262275200000", ", not a number"),
            ("\"0000-01-01T00:00:00+14:00\"", "; the year is out of range"),
        ])
    func noDates(written: String, hint: String) throws {
        let text = Example.carProfile.replacing(
            #""gmt_create":"2010-01-01 00:00:00""#, with: #""gmt_create":\#(written)"#)
        #expect(
            try refused(carProfiles, text) == [
                "/list/gmt_create: must be a date and time, yyyy-MM-dd HH:mm:ss (GMT+8) or ISO 8601\(hint)"
            ])
    }

    @Test("A String with a date-like example is a String")
    func dateLikeString() throws {
        let text = Example.carProfile.replacing(
            #""reg_time":"2010-01-01 00:00:00""#, with: #""reg_time":"about 2010""#)
        #expect(try mapped(carProfiles, text).value("list")?.contains(#""reg_time":"about 2010""#) == true)
    }

    @Test("A String with a documented date form goes out in that form")
    func stringWithDocumentedDate() throws {
        let text = Example.lease.replacing("2019.06.20 12:00:00", with: "2019-06-20T04:00:00Z")
            .replacing("2019.06.10 12:00:00", with: "2019-06-10 12:00:00")
            .replacing("2019.06.17 10:00:00", with: "2019-06-17T10:00:00+08:00")
        let call = try mapped(zeroDownPayments, text)
        #expect(call.value("pre_end_time") == "2019.06.20 12:00:00")
        #expect(call.value("pre_start_time") == "2019.06.10 12:00:00")
        #expect(call.value("time_range_list")?.hasPrefix(#"[{"startTime":"2019.06.17 10:00:00","#) == true)
    }

    @Test(
        "Milliseconds are taken as a number, as its digits in a text, or as ISO 8601",
        arguments: ["1656674541000", "\"1656674541000\"", "\"2022-07-01T11:22:21Z\"", "\"2022-07-01 19:22:21\""])
    func millisecondsAreTakenAsNumber(written: String) throws {
        let text = Example.address.replacing("1656674541000,", with: "\(written),")
        let value = try mapped(addressAbilities, text).value("address_ability_async_request")
        #expect(value?.hasPrefix(#"{"request_time":1656674541000,"#) == true)
    }

    @Test(
        "What is no time in milliseconds is refused",
        arguments: ["1656674541000.5", "-1", "\"1.5e3\"", "true", "\"2022-07-01\"", "99999999999999999"])
    func noMilliseconds(written: String) throws {
        let text = Example.address.replacing("1656674541000,", with: "\(written),")
        let faults = try refused(addressAbilities, text)
        #expect(faults.count == 1)
        let expected =
            "/address_ability_async_request/request_time: must be a time, in milliseconds since 1970 or ISO 8601"
        #expect(faults[0].hasPrefix(expected))
    }
}
