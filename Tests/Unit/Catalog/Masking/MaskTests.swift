import JSON
import Masking
import TOP
import Testing

@testable import Catalog

@Suite("Masking")
struct MaskTests {
    @Test(
        "Each kind of private value shows what people expect",
        arguments: [
            (Sensitivity.phone, "13712340000", "137****0000"), (.phone, "1370000000", "137****0000"),
            (.phone, "12345", "1****5"), (.phone, "1234", "***"), (.plate, "浙A8B7Y1", "浙A****Y1"),
            (.vin, "LSVAU2A37N4123456", "LSV****3456"), (.vin, "1", "***"), (.engine, "10001", "1****1"),
            (.engine, "EA888123", "EA****23"), (.identity, "11010519491231002X", "110****002X"),
            (.card, "6222021234567890", "****7890"), (.card, "111", "***"), (.card, "12345", "****5"),
            (.identifier, "2312332", "23****32"), (.name, "张三", "张*"), (.name, "欧阳修", "欧**"), (.name, "张", "***"),
            (.address, "浙江省杭州市余杭区五常街道1号", "浙江省杭州市****"), (.address, "杭州", "***"),
            (.secret, "anything at all", "***"), (.phone, "", "***"), (.identifier, "ab\"cdefgh", "***"),
        ])
    func eachKindOfPrivate(kind: Sensitivity, text: String, masked: String) {
        #expect(kind.mask(text) == masked)
    }

    @Test("The masked request is one JSON object of the texts as sent, private fields masked")
    func maskedRequestIsOneJSON() throws {
        let text = Example.carProfile.replacing(#""car_vin":"1""#, with: #""car_vin":"LSVAU2A37N4123456""#)
        let call = try mapped(carProfiles, text)
        let masked = try document(call.maskedRequest).root
        #expect(masked.members.map(\.name) == call.names)
        #expect(
            masked["list"]?.string == """
                {"car_license":"浙A****Y1","acid":50006718,"channel_profile_id":"1","mileage":100,\
                "engine_no":"1****1","reg_time":"2010-01-01 00:00:00","gmt_modified":"2010-01-01 00:00:00",\
                "issue_time":"2010-01-01 00:00:00","car_vin":"LSV****3456","gmt_create":"2010-01-01 00:00:00",\
                "operate_type":1,"car_profile_id":1}
                """)
        #expect(masked["phone"]?.string == "137****0000")
        #expect(masked["channel_id"]?.string == "1")
        #expect(masked["data_source"]?.string == "XKZ")
    }

    @Test("Private values in lists are masked one by one, however short")
    func privateValuesInLists() throws {
        let text = Example.cardSale.replacing(#"["111","222","333"]"#, with: #"["6222021234567890","222",""]"#)
        let call = try mapped(cardSales, text)
        let masked = try document(call.maskedRequest).root["param_batch_open_card_open_req"]?.string
        #expect(
            masked == """
                {"physical_card_ids":["****7890","***","***"],"out_brand_id":"33959","request_id":"566754323224",\
                "brand_id":"3396912","out_shop_id":"35663464","shop_id":"4564334","operator_id":"23****32"}
                """)
        // What is sent is not masked.
        #expect(call.value("param_batch_open_card_open_req")?.contains(#"["6222021234567890","222",""]"#) == true)
    }

    @Test("Private values are masked in other fields of the request too")
    func echoInRequest() throws {
        let text = Example.carProfile.replacing(
            #""channel_id":"1""#, with: #""channel_id":"c-浙A8B7Y1"# + #"-13912345678""#)
        let call = try mapped(carProfiles, text)
        let masked = try document(call.maskedRequest).root
        #expect(masked["channel_id"]?.string == "c-浙A****Y1-139****5678")
    }

    @Test("Neither the case of letters nor the dots and blanks of a plate keep a private value from being masked")
    func otherSpellings() throws {
        let text = Example.carProfile.replacing(#""car_vin":"1""#, with: #""car_vin":"LSVAU2A37N4123456""#)
            .replacing(#""engine_no":"10001""#, with: #""engine_no":"ea888-12b""#)
        let mask = try mapped(carProfiles, text).mask
        for (answer, shown) in [
            ("vin lsvau2a37n4123456 exists", "vin LSV****3456 exists"), ("LsvAU2a37N4123456", "LSV****3456"),
            (#"{"m":"\u006csvau2a37n4123456"}"#, #"{"m":"LSV****3456"}"#), ("lsvau2a37n412345", "lsvau2a37n412345"),
            ("浙a8b7y1", "浙A****Y1"), ("浙A·8B7Y1", "浙A****Y1"), ("浙a 8b7y1,浙A-8B7Y1.", "浙A****Y1,浙A****Y1."),
            ("浙A    8B7Y1", "浙A    8B7Y1"), ("EA888-12B, ea88812b", "ea****2b, EA****2B"), ("浙A8B7Y", "浙A8B7Y"),
            ("137 0000-000", "137****0000"),
        ] {
            #expect(mask.masked(answer) == shown, "\(answer)")
        }
        let echo = text.replacing(#""channel_id":"1""#, with: #""channel_id":"x-lsvau2a37n4123456""#)
        let masked = try document(mapped(carProfiles, echo).maskedRequest).root
        #expect(masked["channel_id"]?.string == "x-LSV****3456")
    }

    @Test("The call's private values are masked wherever they turn up, with whatever escapes")
    func callPrivateValuesAreMasked() throws {
        let text = Example.carProfile.replacing("1370000000", with: "+86 137/0000\\\"0000")
        let mask = try mapped(carProfiles, text).mask
        for (answer, shown) in [
            (#"{"msg":"车牌浙A8B7Y1已存在"}"#, #"{"msg":"车牌浙A****Y1已存在"}"#),
            (#"{"msg":"\u6d59A8B7Y1"}"#, #"{"msg":"浙A****Y1"}"#),
            (#"{"msg":"\u6D59A8\u00427Y1!"}"#, #"{"msg":"浙A****Y1!"}"#),
            (#"{"inner":"{\"plate\":\"\\u6d59A8B7Y1\"}"}"#, #"{"inner":"{\"plate\":\"浙A****Y1\"}"}"#),
            (#"{"m":"+86 137\/0000\"0000"}"#, #"{"m":"***"}"#),
            (#"{"m":"{\"p\":\"+86 137\\\/0000\\\"0000\"}"}"#, #"{"m":"{\"p\":\"***\"}"}"#),
            ("no JSON: +86 137/0000\"0000", "no JSON: ***"),
            ("engine 10001, not 110001 nor 100012", "engine 1****1, not 110001 nor 100012"),
            ("%E6%B5%99A8B7Y1+%E6%B5%99a", "浙A****Y1+%E6%B5%99a"), ("p=%25E6%25B5%2599A8%42%37Y1", "p=浙A****Y1"),
            (#"%7B%22p%22%3A%22%5Cu6d59A8B7Y1%22%7D"#, "%7B%22p%22%3A%22浙A****Y1%22%7D"),
            ("100%, 5%ZZ, %", "100%, 5%ZZ, %"),
            ("nothing private here", "nothing private here"),
            ("浙A8B7", "浙A8B7"), ("", ""),
        ] {
            #expect(mask.masked(answer) == shown)
            #expect(mask.masked(Array(answer.utf8)) == Array(shown.utf8))
        }
    }

    @Test("A number is found as others write it, whichever way the caller does")
    func plainForms() throws {
        let text = Example.carProfile.replacing("1370000000", with: "+86 (0571) 8888-6666")
            .replacing("浙A8B7Y1", with: "浙a·8b7y1").replacing(
                #""car_vin":"1""#, with: #""car_vin":"lsvau2a37n4123456""#)
        let mask = try mapped(carProfiles, text).mask
        #expect(mask.masked("浙A8B7Y1, LSVAU2A37N4123456, 057188886666") == "浙A****Y1, lsv****3456, 057****6666")
        #expect(mask.masked("浙a·8b7y1, lsvau2a37n4123456") == "浙a****y1, lsv****3456")
        #expect(
            Sensitivity.plate.plainForm(of: "浙A8B7Y1") == nil && Sensitivity.phone.plainForm(of: "13812345678") == nil)
        #expect(
            Sensitivity.name.plainForm(of: "li.lei") == nil && Sensitivity.card.plainForm(of: "6222 0212") == "62220212"
        )
    }

    @Test("Of two values the longer one is masked")
    func ofTwoValuesLonger() {
        let mask = ValueMask([
            SensitiveValue(text: "abcd", masked: "<short>"), SensitiveValue(text: "abcdef", masked: "<long>"),
            SensitiveValue(text: "abcdxyz", masked: "<other>"), SensitiveValue(text: "a", masked: "<never>"),
        ])
        let names = ValueMask([
            SensitiveValue(text: "张三", masked: "张*"), SensitiveValue(text: "欧阳修", masked: "欧**"),
            SensitiveValue(text: "李", masked: "<never>"),
        ])
        #expect(names.masked("张三、欧阳修和李") == "张*、欧**和李")
        #expect(mask.masked("abcdef abcde abcdxyz abc abcd") == "<long> <short>e <other> abc <short>")
    }

    @Test("Values with backslashes are found at any depth of quoting")
    func valuesWithBackslashesAreFound() {
        let mask = ValueMask([SensitiveValue(text: #"C:\new\file"#, masked: "***")])
        #expect(mask.masked(#"C:\new\file C:\\new\\file C:\\\\new\\\\file"#) == "*** *** ***")
    }

    @Test("Surrogate pairs are one character")
    func surrogatePairsAreOneCharacter() {
        let mask = ValueMask([SensitiveValue(text: "😀abc", masked: "***")])
        #expect(mask.masked(#"😀abc \ud83d\ude00abc \uD83D\uDE01abc"#) == #"*** *** \uD83D\uDE01abc"#)
    }

    @Test(
        "Mobile numbers and identity cards are masked whoever's they are",
        arguments: [
            ("call 13912345678.", "call 139****5678."), ("8613912345678", "86139****5678"),
            ("+8613912345678", "+86139****5678"), ("12912345678", "12912345678"), ("139123456789", "139123456789"),
            ("1391234567", "1391234567"), ("11010519491231002X", "110****002X"), ("11010519491231002x", "110****002x"),
            ("110105194912310021", "110105194912310021"), ("440524188001010014", "440524188001010014"),
            ("11010519491331002X", "11010519491331002X"), ("9007199254740993", "9007199254740993"),
            (#"\n13912345678"#, #"\n139****5678"#), (#"\u4e2d13912345678"#, #"\u4e2d139****5678"#),
            ("13912345678,13812345678", "139****5678,138****5678"), ("1656674541000", "1656674541000"),
            (#"\u624b\u673a\u53f713812345678"#, #"\u624b\u673a\u53f7138****5678"#),
            ("tel%2013812345678", "tel%20138****5678"),
            (#"\u0031\u0033\u0038\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038"#, "138****5678"),
            (#"138\u00312%33456%37%2538"#, "138****5678"), (#"\u00371381234567\u0038"#, #"\u00371381234567\u0038"#),
            ("%2B8613812345678%20", "%2B86138****5678%20"), ("7%3113812345678", "7%3113812345678"),
            (#"11010519491231002\u0058"#, "110****002X"), (#"\\u0031381234567\\u0038"#, "138****5678"),
            ("138-1234-5678, 138 1234 5678.", "138****5678, 138****5678."), ("138-1234-56789", "138-1234-56789"),
            ("+86 138-1234-5678", "+86 138****5678"),
            ("128-1234-5678", "128-1234-5678"),
        ])
    func mobileNumbersAndIdentity(text: String, shown: String) {
        #expect(ValueMask().masked(text) == shown)
    }

    @Test("Of ten identity cards that differ in the check digit alone, one is valid")
    func checkDigits() {
        let numbers = (0...9).map { "33010619960229123\($0)" }
        #expect(numbers.filter { ValueMask().masked($0) != $0 } == ["330106199602291230"])
    }

    @Test("Thousands of private values do not make the search slow")
    func thousandsOfPrivateValues() throws {
        let ids = (0..<5000).map { "6222020000\(100_000 + $0)" }
        let text = Example.cardSale.replacing(
            #"["111","222","333"]"#, with: "[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]")
        let call = try mapped(cardSales, text)
        #expect(call.keys.count == BusinessKey.maximumCount + 1)
        let answer = ids.map { "\($0):SUCCESS" }.joined(separator: ",")
        let masked = call.mask.masked(answer)
        #expect(!masked.contains("622202"))
        #expect(masked.hasPrefix("****0000:SUCCESS,****0001:SUCCESS,"))
        #expect(!call.maskedRequest.contains("622202"))
    }

    @Test("A very long value is found, and not searched for again and again")
    func veryLongValueIsFound() {
        let long = String(repeating: "a", count: 200_000)
        let mask = ValueMask([SensitiveValue(text: long + "!", masked: "***")])
        #expect(mask.masked("x" + long + "!y") == "x***y")
        #expect(mask.masked(String(repeating: "b", count: 50_000) + "a").hasSuffix("ba"))
        let near = String(repeating: "a", count: 60) + "c"
        #expect(mask.masked(near) == near)
    }

    @Test("A known value that is not marked is left alone, here and in the call's other texts")
    func knownNumber() throws {
        let page = """
            method: demo.item.send
            session: none
            request:
              - {name: item_id, type: Number, required: true}
              - {name: tids, type: 'String []', required: false}
              - {name: phone, type: String, required: false}
              - {name: memo, type: String, required: false}
            response:
              - {name: order_id, type: Number}
            """
        let overlay = "method: demo.item.send\nopen: true\nrequest: {phone: {sensitive: phone}}\n"
        let entry = try Entry.read(
            page: CatalogFile(name: "demo.item.send.yaml", text: page),
            overlay: CatalogFile(name: "demo.item.send.overlay.yaml", text: overlay))
        let body = #"""
            {"item_id":13088700250,"tids":["13088700251"],"phone":"13912345678","memo":"call 13712345678",
             "other":"13612345678"}
            """#
        guard case .mapped(let call) = entry.map(try JSONDocument(Array(body.utf8))) else {
            Issue.record("refused")
            return
        }
        for spared in ["13088700250", "13088700251"] { #expect(call.maskedRequest.contains(spared)) }
        for hidden in ["13912345678", "13712345678", "13612345678"] { #expect(!call.maskedRequest.contains(hidden)) }
        #expect(call.mask.masked("item 13088700250 of 13912345678") == "item 13088700250 of 139****5678")
        // Another call's number is private.
        #expect(ValueMask().masked("item 13088700250") == "item 130****0250")
        let answer = Array(#"{"demo_item_send_response":{"order_id":13588700250,"text":"13488700250"}}"#.utf8)
        guard case .response(let response) = entry.read(answer, form: .wrapped) else {
            Issue.record("unreadable")
            return
        }
        let shown = entry.shown(response, entry.interpret(response, of: call))
        #expect(shown.contains("13588700250") && !shown.contains("13488700250"))
    }

    @Test("A value that is marked once is masked, wherever else it stands unmarked")
    func markedOnce() throws {
        let mask = ValueMask(
            [SensitiveValue(text: "13912345678", masked: "139****5678", isNumber: true)],
            sparing: [Array("13912345678".utf8)])
        #expect(mask.masked("13912345678") == "139****5678")
    }
}
