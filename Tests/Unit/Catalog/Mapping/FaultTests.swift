import Testing

@testable import Catalog

@Suite("Faults of a caller's JSON")
struct FaultTests {
    @Test("All faults are reported at once, each in its place and with what was expected")
    func allAtOnce() throws {
        let faults = try refused(
            carProfiles,
            """
            {"list":[{"acid":"5e3","channel_profile_id":7,"mileage":true,"gmt_modified":"2010-02-30 00:00:00",
             "gmt_create":"2010-01-01T00:00:00.5Z","operate_type":4,"car_licence":"浙A8B7Y1"}],
             "chanel_id":"1","channel_type":"x","phone":null,"dataSource":3}
            """)
        #expect(
            faults == [
                #"/chanel_id: unknown field; did you mean "channel_id"?"#,
                #"/list/0/car_licence: unknown field; did you mean "car_license"?"#,
                "/list/0/acid: must be a number without an exponent",
                "/list/0/channel_profile_id: must be a text (a JSON string), not a number",
                "/list/0/mileage: must be a number without an exponent, not true or false",
                "/list/0/gmt_modified: must be a date and time, yyyy-MM-dd HH:mm:ss (GMT+8) or ISO 8601; "
                    + "the day is out of range",
                "/list/0/gmt_create: must be a date and time, yyyy-MM-dd HH:mm:ss (GMT+8) or ISO 8601; "
                    + "without a fraction of a second",
                "/list/0/operate_type: must be one of 1 (新增), 2 (更新), 3 (删除)",
                "/channel_id: is required: a text",
                "/channel_type: must be a number without an exponent",
                "/phone: is required: a text",
                "/dataSource: must be a text (a JSON string), not a number",
            ])
    }

    @Test("A missing field is pointed at where it should be, by its documented name", arguments: ["list", "List"])
    func missingFieldIsPointed(spelling: String) throws {
        // The parent has no other spelling in camel case, so a wrong one is unknown.
        let faults = try refused(
            carProfiles, #"{"\#(spelling)":{"channelProfileId":"1"},"channelId":"1","channelType":1,"phone":"137"}"#)
        let expected =
            spelling == "list"
            ? [
                "/list/acid: is required: a number",
                "/list/gmt_modified: is required: a date and time, yyyy-MM-dd HH:mm:ss (GMT+8) or ISO 8601",
                "/list/gmt_create: is required: a date and time, yyyy-MM-dd HH:mm:ss (GMT+8) or ISO 8601",
                "/list/operate_type: is required: one of 1 (新增), 2 (更新), 3 (删除)",
            ] : [#"/List: unknown field; did you mean "list"?"#, "/list: is required: an object"]
        #expect(faults == expected)
    }

    @Test("Pointers keep the caller's camel case and escape what RFC 6901 wants escaped")
    func pointersKeepCallerCamel() throws {
        let faults = try refused(
            vehicleModels,
            """
            {"storeVehicleModelInfoList":{"vehicleModelCode":"1","mileageLimitInfo":{"mileageLimit":"far","a/b~c":1},
             "creditDepositInfo":{"illegalAmount":"1","supportCredit":"true","damageAmount":"1"},"deleted":0,
             "storeCode":"1"}}
            """)
        #expect(
            faults == [
                "/storeVehicleModelInfoList/mileageLimitInfo/a~1b~0c: unknown field",
                "/storeVehicleModelInfoList/mileageLimitInfo/mileageLimit: must be a number without an exponent",
                "/storeVehicleModelInfoList/creditDepositInfo/supportCredit: must be true or false, not a text",
            ])
    }

    @Test("Both spellings of one field are a fault, even if one of them is null")
    func bothSpellings() throws {
        let text = Example.carProfile.replacing(
            #""channel_id":"1""#, with: #""channel_id":"1","channelId":null"#)
        #expect(
            try refused(carProfiles, text) == [
                #"/channelId: given twice, as "channel_id" and as "channelId""#
            ])
    }

    @Test("A body that is no object is a fault of the whole", arguments: ["[]", "1", #""x""#, "null", "true"])
    func noObject(text: String) throws {
        let faults = try refused(carProfiles, text)
        #expect(faults.count == 1)
        #expect(faults[0].hasPrefix(": must be an object, not "))
    }

    @Test("An object parameter takes an object or a list of exactly one")
    func objectParameter() throws {
        let list = Example.carProfile.replacing(#""list":{"#, with: #""list":[{"#).replacing("},", with: "}],")
        let (alone, inList) = (try mapped(carProfiles, Example.carProfile), try mapped(carProfiles, list))
        #expect(alone.parameters == inList.parameters)
        let rest = #""channel_id":"1","channel_type":1,"phone":"137""#
        for wrong in ["[]", "[{},{}]"] {
            #expect(
                try refused(carProfiles, "{\"list\":\(wrong),\(rest)}") == [
                    "/list: must be an object, or a list of exactly one"
                ])
        }
        #expect(
            try refused(carProfiles, "{\"list\":[3],\(rest)}") == ["/list/0: must be an object, not a number"])
        #expect(try refused(carProfiles, "{\"list\":\"x\",\(rest)}") == ["/list: must be an object, not a text"])
        // So does an object within an object.
        let nested = Example.vehicleModel.replacing(
            #""mileage_limit_info":{"#, with: #""mileage_limit_info":[{"#
        ).replacing("50},", with: "50}],")
        #expect(
            try mapped(vehicleModels, nested).parameters == mapped(vehicleModels, Example.vehicleModel).parameters)
        let place = "/store_vehicle_model_info_list/mileage_limit_info"
        for (wrong, fault) in [
            ("[]", ": must be an object, or a list of exactly one"),
            ("[{},{}]", ": must be an object, or a list of exactly one"),
            ("[[{}]]", "/0: must be an object, not a list"), ("[null]", "/0: must be an object, not null"),
            (#"[{"mileage":1}]"#, "/0/mileage: unknown field"),
        ] {
            let body = #"{"store_vehicle_model_info_list":{"mileage_limit_info":\#(wrong)}}"#
            #expect(try refused(vehicleModels, body).contains { $0.hasPrefix(place + fault) }, "\(wrong)")
        }
    }

    @Test("An object of a type that encloses it is checked as that type is, at any depth")
    func repeatedType() throws {
        let page = """
            method: taobao.test.tree
            title: 树
            session: none
            request:
              - name: node
                type: NodeDTO
                required: true
                description: 节点
                children:
                  - {name: id, type: Number, required: true, description: ID}
                  - {name: phone, type: String, required: false, description: 电话}
                  - {name: children, type: 'NodeDTO []', required: false, description: 子节点}
                  - {name: twin, type: NodeDTO, required: false, description: 孪生}
                  - {name: other, type: OtherDTO, required: false, description: 其他}
            response_root: test_tree_response
            response: []

            """
        let overlay = "method: taobao.test.tree\nrequest:\n  node.phone: {sensitive: phone}\n"
        let entry = try Entry.read(
            page: CatalogFile(name: "p.yaml", text: page), overlay: CatalogFile(name: "o.yaml", text: overlay))
        let good = #"""
            {"node":{"id":1,"other":{"x":1},"children":[{"id":"2","twin":[{"id":3,"phone":"13700000001"}]},{"id":4}]}}
            """#
        guard case .mapped(let call) = try entry.map(document(good)) else {
            Issue.record("refused")
            return
        }
        #expect(
            call.value("node")
                == #"{"id":1,"children":[{"id":2,"twin":{"id":3,"phone":"13700000001"}},{"id":4}],"other":{"x":1}}"#)
        #expect(!call.maskedRequest.contains("13700000001"))
        let bad = #"""
            {"node":{"id":1,"children":[{"id":"x","children":[{"ID":1}]},7],"twin":{"twin":{"twin":{"id":true}}}}}
            """#
        #expect(
            try refused(entry, bad) == [
                "/node/children/0/id: must be a number without an exponent",
                #"/node/children/0/children/0/ID: unknown field; did you mean "id"?"#,
                "/node/children/0/children/0/id: is required: a number",
                "/node/children/1: must be an object, not a number", "/node/twin/id: is required: a number",
                "/node/twin/twin/id: is required: a number",
                "/node/twin/twin/twin/id: must be a number without an exponent, not true or false",
            ])
    }

    @Test("The card sale's wrapper is required")
    func cardSaleWrapperIsRequired() throws {
        for text in ["{}", #"{"param_batch_open_card_open_req":null}"#] {
            #expect(
                try refused(cardSales, text, key: "k") == [
                    "/param_batch_open_card_open_req: is required: an object"
                ])
        }
    }

    @Test("At most a thousand faults are told, and the rest is counted")
    func atMostThousandFaults() throws {
        let ids = (0..<1300).map { _ in #"{"ability_status":"9"}"# }.joined(separator: ",")
        let text = Example.address.replacing(
            #"[{"address_id":"330110005","ability_status":"1","cooperation_delivery_code":"STO","reason":"#
                + #""ABNORMAL_WEATHER","detail_reason":"站点临时关停"}]"#, with: "[\(ids)]")
        guard case .refused(let list) = try entry(addressAbilities).map(document(text)) else {
            Issue.record("mapped")
            return
        }
        #expect(list.count == 1000 && list.omitted == 300)
        let faults = list.map { "\($0.pointer): \($0.detail)" }
        #expect(
            faults.first
                == "/address_ability_async_request/address_ids/0/ability_status: must be one of 1 (有能力), 2 (无能力)")
        #expect(faults.last?.hasPrefix("/address_ability_async_request/address_ids/999/ability_status: ") == true)
    }

    @Test("A hundred thousand unknown names are counted, not compared")
    func hostileNames() throws {
        let members = (0..<100_000).map { "\"channel_ix\($0)\":1" }.joined(separator: ",")
        guard case .refused(let list) = try entry(carProfiles).map(document("{\(members)}")) else {
            Issue.record("mapped")
            return
        }
        // Four fields are missing besides.
        #expect(list.count == 1000 && list.omitted == 99_004)
        let faults = list.map { "\($0.pointer): \($0.detail)" }
        #expect(faults[0] == #"/channel_ix0: unknown field; did you mean "channel_id"?"#)
        #expect(faults[50] == "/channel_ix50: unknown field")
        #expect(faults.last == "/channel_ix999: unknown field")
    }

    @Test("A very long unknown name is not compared")
    func longName() throws {
        let name = String(repeating: "channel_id", count: 10_000)
        let text = Example.carProfile.replacing(#""channel_id":"1""#, with: #""channel_id":"1","\#(name)":1"#)
        #expect(try refused(carProfiles, text) == ["/\(name): unknown field"])
    }

    @Test("Faults never quote the caller's values")
    func noValues() throws {
        let secret = "13712345678"
        let text = """
            {"list":{"car_license":\(secret),"acid":"\(secret)x","channel_profile_id":["\(secret)"],"mileage":"\(secret)e1",
             "gmt_modified":"\(secret)","gmt_create":{"a":"\(secret)"},"operate_type":\(secret)},
             "channel_id":\(secret),"channel_type":"\(secret)-","phone":\(secret)}
            """
        let faults = try refused(carProfiles, text)
        #expect(faults.count == 10)
        #expect(!faults.contains { $0.contains(secret) })
    }
}
