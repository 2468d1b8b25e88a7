import Testing

@testable import Catalog

@Suite("Values on their way to TOP")
struct ValueTests {
    @Test(
        "Number lexemes are kept to the byte",
        arguments: [
            "9007199254740993", "1000.00", "0.10", "-0", "-12.50", "123456789012345678901234567890",
        ])
    func numberLexemesAreKept(lexeme: String) throws {
        for written in [lexeme, "\"\(lexeme)\""] {
            let text = Example.carProfile.replacing(#""acid":50006718"#, with: #""acid":\#(written)"#)
                .replacing(#""channel_type":1"#, with: #""channel_type":\#(written)"#)
            let call = try mapped(carProfiles, text)
            #expect(call.value("list")?.contains(#""acid":\#(lexeme),"#) == true)
            #expect(call.value("channel_type") == lexeme)
        }
    }

    @Test(
        "What is no plain number is refused, as a number or in a text",
        arguments: [
            "1e3", "1E+3", "\"1e3\"", "\"01\"", "\"+1\"", "\".5\"", "\"1.\"", "\" 1\"", "\"0x1F\"", "\"NaN\"", "\"１\"",
            "true",
            "[]", "{}", "\"\(String(repeating: "9", count: 65))\"",
        ])
    func noNumbers(written: String) throws {
        let text = Example.carProfile.replacing(#""channel_type":1"#, with: #""channel_type":\#(written)"#)
        let faults = try refused(carProfiles, text)
        #expect(faults.count == 1)
        #expect(faults[0].hasPrefix("/channel_type: must be a number without an exponent"))
    }

    @Test("Texts are kept to the byte, on the top and inside objects")
    func textsAreKeptToByte() throws {
        let text = Example.carProfile
            .replacing(#""channel_id":"1""#, with: #""channel_id":"混合 &=+%\/ \"q\" \\ \u0001\n😀 e\u0301""#)
            .replacing(#""engine_no":"10001""#, with: #""engine_no":"混合 &=+%\/ \"q\" \\ \u0001\n😀 e\u0301""#)
        let call = try mapped(carProfiles, text)
        #expect(call.value("channel_id")?.utf8.elementsEqual("混合 &=+%/ \"q\" \\ \u{1}\n😀 e\u{301}".utf8) == true)
        let list = try #require(call.value("list"))
        #expect(list.contains(#""engine_no":"混合 &=+%/ \"q\" \\ \u0001\n😀 é""#))
        #expect(list.utf8.count > list.count)
    }

    @Test("Escapes in names and values are undone before anything is compared")
    func escapesInNamesAndValues() throws {
        let text = Example.carProfile.replacing(#""channel_type":1"#, with: #""channel\u005ftype":"\u0031""#)
            .replacing(#""operate_type":1"#, with: #""operate\u0054ype":"\u0033""#)
        let call = try mapped(carProfiles, text)
        #expect(call.value("channel_type") == "1")
        #expect(call.value("list")?.contains(#""operate_type":3"#) == true)
    }

    @Test("A documented default is sent when the field is absent or null, not when it is blank")
    func documentedDefaultIsSent() throws {
        let without = Example.carProfile.replacing(#","data_source":"XKZ""#, with: "")
        #expect(try mapped(carProfiles, without).value("data_source") == "XKZ")
        let null = Example.carProfile.replacing(#""data_source":"XKZ""#, with: #""data_source":null"#)
        #expect(try mapped(carProfiles, null).value("data_source") == "XKZ")
        let other = Example.carProfile.replacing(#""data_source":"XKZ""#, with: #""dataSource":"ABC""#)
        #expect(try mapped(carProfiles, other).value("data_source") == "ABC")
        let blank = Example.carProfile.replacing(#""data_source":"XKZ""#, with: #""data_source":" ""#)
        #expect(try mapped(carProfiles, blank).value("data_source") == nil)
    }

    @Test("A blank text on the top is not sent, and counts as missing when required", arguments: ["", " ", "\\t\\n"])
    func blankTextOnTop(blank: String) throws {
        let optional = Example.lease.replacing(#""3213112""#, with: "\"\(blank)\"")
        #expect(try mapped(zeroDownPayments, optional).value("ref_activity_id") == nil)
        let required = Example.carProfile.replacing(#""phone":"1370000000""#, with: #""phone":"\#(blank)""#)
        #expect(
            try refused(carProfiles, required) == ["/phone: is required and must not be blank: a text"])
        let number = Example.lease.replacing("2321321", with: "\"\(blank)\"")
        #expect(
            try refused(zeroDownPayments, number) == ["/item_id: is required and must not be blank: a number"])
    }

    @Test("A blank text inside an object is sent as it is")
    func nestedBlank() throws {
        let text = Example.carProfile.replacing("浙A8B7Y1", with: " ").replacing(
            #""channel_profile_id":"1""#, with: #""channel_profile_id":"""#)
        let call = try mapped(carProfiles, text)
        #expect(call.value("list")?.hasPrefix(#"{"car_license":" ","acid":50006718,"channel_profile_id":"","#) == true)
        #expect(!call.keys.contains { $0.name == "car_license" || $0.name == "channel_profile_id" })
    }

    @Test("Null is absent, and nothing is sent for what is absent")
    func nullIsAbsent() throws {
        let text = Example.carProfile.replacing("100,", with: "null,").replacing(#""car_vin":"1","#, with: "")
        let list = try #require(try mapped(carProfiles, text).value("list"))
        #expect(!list.contains("mileage"))
        #expect(!list.contains("car_vin"))
    }

    @Test("Names in any order and in camel case go out as documented, in documented order")
    func namesInAnyOrder() throws {
        let text = """
            {"dataSource":"XKZ","phone":"1370000000","channelType":1,"channelId":"1","list":{"carProfileId":1,
             "operateType":1,"gmtCreate":"2010-01-01 00:00:00","carVin":"1","issueTime":"2010-01-01 00:00:00",
             "gmtModified":"2010-01-01 00:00:00","regTime":"2010-01-01 00:00:00","engineNo":"10001","mileage":100,
             "channelProfileId":"1","acid":50006718,"carLicense":"浙A8B7Y1"}}
            """
        #expect(try mapped(carProfiles, text).parameters == mapped(carProfiles, Example.carProfile).parameters)
    }

    @Test("An alias of a misspelt name and of a misspelt value go out as documented")
    func aliasOfMisspeltName() throws {
        let text = Example.address.replacing("aility_status", with: "ability_status").replacing(
            "ABNORMAL_WEATHER", with: "NATURAL_CALAMITIES")
        let value = try #require(try mapped(addressAbilities, text).value("address_ability_async_request"))
        #expect(value.contains(#""aility_status":"1""#))
        #expect(value.contains(#""reason":"NATURAL_CALCMITIES""#))
        let documented = Example.address.replacing("ABNORMAL_WEATHER", with: "NATURAL_CALCMITIES")
            .replacing("aility_status", with: "ailityStatus")
        #expect(try mapped(addressAbilities, documented).value("address_ability_async_request") == value)
        let both = Example.address.replacing(#""aility_status":"1""#, with: #""aility_status":"1","abilityStatus":"1""#)
        #expect(
            try refused(addressAbilities, both) == [
                "/address_ability_async_request/address_names/0/abilityStatus: "
                    + #"given twice, as "aility_status" and as "abilityStatus""#
            ])
    }

    @Test("An enumeration is closed only where the text lists several values")
    func enumerationIsClosedOnlyWhereText() throws {
        let open = Example.address.replacing(#""service_type":"2""#, with: #""service_type":"77""#)
        #expect(try mapped(addressAbilities, open).value("address_ability_async_request")?.contains("77") == true)
        _ = try mapped(carProfiles, Example.carProfile.replacing(#""channel_type":1"#, with: #""channel_type":9"#))
        let reason = Example.address.replacing("ABNORMAL_WEATHER", with: "RAIN")
        #expect(
            try refused(addressAbilities, reason) == [
                "/address_ability_async_request/address_ids/0/reason: must be one of ABNORMAL_WEATHER (异常天气), "
                    + "NATURAL_CALCMITIES (自然灾害), FIRE_OR_EXPLOSION (火灾爆炸), STRIKE (罢工闹事), "
                    + "GOVERNMENT_VERIFICATION (政府核查), OTHER (其他)"
            ])
        let deleted = Example.vehicleModel.replacing(#""deleted":0"#, with: #""deleted":"2""#)
        #expect(
            try refused(vehicleModels, deleted) == [
                "/store_vehicle_model_info_list/deleted: must be one of 0 (不删除), 1 (删除)"
            ])
    }

    @Test("What is only valid under a condition is ignored by TOP, not refused")
    func onlyValidWhen() throws {
        let text = Example.vehicleModel.replacing(#""exist_mileage_limit":true"#, with: #""exist_mileage_limit":false"#)
        let value = try mapped(vehicleModels, text).value("store_vehicle_model_info_list")
        #expect(value?.contains(#""exist_mileage_limit":false,"mileage_limit":5000"#) == true)
    }

    @Test("Lists inside objects stay lists; their elements are checked one by one")
    func nestedLists() throws {
        let text = Example.cardSale.replacing(#"["111","222","333"]"#, with: #"["a,b","","😀"]"#)
        let value = try mapped(cardSales, text).value("param_batch_open_card_open_req")
        #expect(value?.hasPrefix(#"{"physical_card_ids":["a,b","","😀"],"#) == true)
        let pointer = "/param_batch_open_card_open_req/physical_card_ids"
        let wrong = Example.cardSale.replacing(#"["111","222","333"]"#, with: #"["111",null,3]"#)
        #expect(
            try refused(cardSales, wrong) == [
                "\(pointer)/1: must be a text, not null",
                "\(pointer)/2: must be a text (a JSON string), not a number",
            ])
        let joined = Example.cardSale.replacing(#"["111","222","333"]"#, with: #""111,222""#)
        let split = try mapped(cardSales, joined).value("param_batch_open_card_open_req")
        #expect(split?.hasPrefix(#"{"physical_card_ids":["111","222"],"#) == true)
        let empty = Example.cardSale.replacing(#"["111","222","333"]"#, with: "[]")
        #expect(try refused(cardSales, empty) == ["\(pointer): must hold at least one element"])
    }
}
