import JSON
import Testing

@testable import Catalog

@Suite("Small parts")
struct SmallPartTests {
    @Test(
        "The nearest name is found, and only a near one",
        arguments: [
            ("chanel_id", "channel_id"), ("channelID", "channel_id"), ("Channel-Id", "channel_id"),
            ("chanlen_id", "channel_id"), ("phoen", "phone"), ("fone", nil), ("x", nil), ("", nil), ("telephone", nil),
        ] as [(String, String?)])
    func nearestNameIsFound(name: String, known: String?) {
        #expect(NearestName.of(name, among: ["phone", "channel_type", "channel_id"]) == known)
    }

    @Test(
        "Decimal numbers are compared digit by digit",
        arguments: [
            ("1", "2", true), ("2", "1", false), ("10", "9", false), ("-10", "-9", true), ("-1", "0", true),
            ("0.10", "0.1", false), ("0.1", "0.10", false), ("-0", "0", false), ("1.05", "1.1", true),
            ("9007199254740992", "9007199254740993", true), ("-0.001", "0", true), ("0", "-0.0", false),
        ])
    func decimalNumbersAreCompared(left: String, right: String, isLess: Bool) {
        #expect(DecimalText.isLess(left, right) == isLess)
    }

    @Test("Decimal numbers are JSON's without an exponent")
    func decimalGrammar() {
        for text in ["0", "-0", "10", "0.0", "-12.50"] { #expect(DecimalText.isValid(text)) }
        for text in ["", "-", "00", "01", "1.", ".1", "+1", "1e1", "1 ", "--1", "1.1.1", "١"] {
            #expect(!DecimalText.isValid(text))
        }
    }

    @Test("Entries are shown in the fixed form")
    func entriesAreShownInFixed() throws {
        let text = String(decoding: try entry(vehicleModels).json(), as: UTF8.self)
        #expect(
            text.hasPrefix(
                """
                {"method":"alitrip.rentcar.commodity.storevehmodel.base.change.notify","title":"门店车型信息变更同步",\
                "category":"飞猪-综合交通api","session":"none","request":[{"name":"store_vehicle_model_info_list",\
                "type":"SyncStoreVehicleGroupBaseInfoData","required":true,"description":"车型基础信息列表","children":\
                [{"name":"vehicle_model_code","type":"String","required":true,"example":"100001",\
                "description":"供应商标准车型Code"},
                """.replacing("\n", with: "")))
        #expect(
            text.hasSuffix(
                """
                "response":[{"name":"message_code","type":"Number","example":"0","description":"错误码"},\
                {"name":"message","type":"String","example":"错误信息","description":"错误信息"}],\
                "response_root":"alitrip_rentcar_commodity_storevehmodel_base_change_notify_response"}
                """))
        let lease = try document(String(decoding: try entry(zeroDownPayments).json(), as: UTF8.self)).root
        let ranges = try #require(lease["request"]?.elements.first { $0["name"]?.string == "time_range_list" })
        #expect(ranges.members.map(\.name) == ["name", "type", "required", "example", "description"])
        #expect(ranges["description"]?.string?.hasPrefix("活动时间范围节点(json格式字符串):\n开始时间(startTime)") == true)
        let profile = try document(String(decoding: try entry(carProfiles).json(), as: UTF8.self)).root
        #expect(profile["request"]?.elements.compactMap { $0["default"]?.string } == ["XKZ"])
    }

    @Test("Entries and the catalog are shown to people")
    func entriesAndCatalogAreShown() throws {
        let text = try entry(carProfiles).text()
        #expect(text.hasPrefix("tmall.aliauto.carprofile.sync  ISV同步增量车主档案至TM\ncategory  天猫汽车\n"))
        #expect(text.contains("path      POST /v1/aliauto/car-profiles\nsession   required\neffect    writes\n"))
        #expect(text.contains("    operate_type        Number  required  操作类型。1-新增,2-更新,3-删除; one of 1, 2, 3\n"))
        #expect(text.contains("default XKZ\n"))
        #expect(try entry(cardSales).text().contains("repeat    safe by param_batch_open_card_open_req.request_id\n"))
        let list = try catalog.get().list().split(separator: "\n")
        #expect(list.count == 5)
        #expect(list.contains { $0.hasPrefix(carProfiles) && $0.contains("  /v1/aliauto/car-profiles  ") })
    }

    @Test("Every entry's example request is one that it takes")
    func exampleRequests() throws {
        for entry in try catalog.get().entries {
            guard case .mapped(let call) = entry.map(try JSONDocument(entry.exampleRequest())) else {
                Issue.record("\(entry.method)'s example is refused")
                continue
            }
            let example = try #require(Example.all.first { $0.0 == entry.method }).1
            #expect(call.parameters == (try mapped(entry.method, example)).parameters)
        }
    }

    @Test("Example answers are as TOP writes them")
    func exampleAnswers() throws {
        #expect(
            String(decoding: try entry(carProfiles).exampleResponse(requestID: "r1"), as: UTF8.self) == """
                {"tmall_aliauto_carprofile_sync_response":{"data":{"id_mapping":{"entry":[{"channel_profile_id":"1",\
                "car_profile_id":1}]}},"is_success":true,"errcode":"0000","errmsg":"错误信息","request_id":"r1"}}
                """)
    }
}
