import JSON
import TestSupport
import Testing

@Suite("Parameters that are refused, with every fault and its place", .bounded)
struct ParameterTests {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var path: String
        var body: String
        /// Pointers of the faults, in any order.
        var pointers: [String]
        /// The codes of the faults; not looked at if nil.
        var codes: Set<String>?
        /// A text that one of the details holds.
        var says: String?

        var description: String { name }
    }

    private static func changed(
        _ name: String, _ example: Example, _ old: String, _ new: String, _ pointers: [String], _ code: String? = nil,
        says: String? = nil
    ) -> Case {
        Case(
            name: name, path: example.path, body: example.body.replacing(old, with: new), pointers: pointers,
            codes: code.map { [$0] }, says: says)
    }

    static let cases: [Case] = [
        Case(name: "an array", path: "/v1/aliauto/car-profiles", body: "[]", pointers: [""], codes: ["type"]),
        Case(name: "a text", path: "/v1/aliauto/car-profiles", body: #""list""#, pointers: [""]),
        Case(
            name: "nothing in it", path: "/v1/aliauto/car-profiles", body: "{}",
            pointers: ["/list", "/channel_id", "/channel_type", "/phone"], codes: ["required"]),
        Case(
            name: "an empty profile", path: "/v1/aliauto/car-profiles",
            body: #"{"list":{},"channelId":"1","channel_type":1,"phone":null}"#,
            pointers: [
                "/list/acid", "/list/channel_profile_id", "/list/gmt_modified", "/list/gmt_create",
                "/list/operate_type", "/phone",
            ]),
        changed(
            "an unknown name", .carProfile(), #""phone":"#, #""phome":"1","phone":"#, ["/phome"], "unknown",
            says: "phone"),
        changed(
            "an unknown name deep down", .carProfile(), #""acid":"#, #""car_licence":"x","acid":"#,
            ["/list/car_licence"], "unknown", says: "car_license"),
        changed(
            "both spellings", .carProfile(), #""channel_id":"#, #""channelId":"2","channel_id":"#, ["/channel_id"],
            "duplicate"),
        changed("a text for a number", .carProfile(), #""acid":50006718"#, #""acid":"abc""#, ["/list/acid"], "number"),
        changed("an exponent", .carProfile(), #""acid":50006718"#, #""acid":5e7"#, ["/list/acid"]),
        changed(
            "a number for a text", .carProfile(), #""phone":"13700000000""#, #""phone":13700000000"#, ["/phone"], "type"
        ),
        changed(
            "an unknown choice", .carProfile(), #""operate_type":1"#, #""operate_type":4"#, ["/list/operate_type"],
            "enum"),
        changed(
            "a day that is none", .carProfile(), #""gmt_create":"2010-01-01 00:00:00""#,
            #""gmt_create":"2010-02-30 00:00:00""#, ["/list/gmt_create"], "date"),
        changed(
            "fractions of a second", .carProfile(), #""gmt_create":"2010-01-01 00:00:00""#,
            #""gmt_create":"2010-01-01T00:00:00.5Z""#, ["/list/gmt_create"], "date"),
        changed(
            "a blank text", .carProfile(), #""channel_id":"1""#, #""channel_id":"  ""#, ["/channel_id"], "required"),
        changed(
            "a text for a flag", .rental(), #""support_credit":true"#, #""support_credit":"true""#,
            ["/store_vehicle_model_info_list/credit_deposit_info/support_credit"], "type"),
        changed(
            "an end before its start", .lease(), "2019.06.20 12:00:00", "2019.06.01 12:00:00", ["/pre_end_time"], "rule"
        ),
        changed(
            "a range's end before its start", .lease(), "2019.06.18 12:00:00", "2019.06.18 09:00:00",
            ["/time_range_list/1/startTime"], "rule"),
        changed(
            "ids left out", .address(), #""address_type":"1""#, #""address_type":"2""#,
            ["/address_ability_async_request/address_type"], "rule", says: "address_names"),
        changed(
            "an unknown reason", .address(), "ABNORMAL_WEATHER", "BAD_MOOD",
            ["/address_ability_async_request/address_ids/0/reason"], "enum"),
        Case(
            name: "cards without brand, shop and request id", path: "/v1/crm/card-sales",
            body: #"{"paramBatchOpenCardOpenReq":{"physicalCardIds":["1"],"operatorId":"2"}}"#,
            pointers: [
                "/paramBatchOpenCardOpenReq/request_id", "/paramBatchOpenCardOpenReq/out_brand_id",
                "/paramBatchOpenCardOpenReq/out_shop_id",
            ], says: "Idempotency-Key"),
        Case(
            name: "no cards", path: "/v1/crm/card-sales", body: "{}", pointers: ["/param_batch_open_card_open_req"]),
    ]

    @Test("Each is named by the caller's own spelling", arguments: cases)
    func eachIsNamedByCaller(_ expected: Case) async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let answer = try await stage.relay.post(
            expected.path, expected.body, token: stage.tokens.caller, headers: [("X-Request-Id", marker)])
        #expect(answer.status == 422)
        #expect(answer.problem == "invalid-parameters")
        #expect(answer.outcome == nil)
        let errors = answer.json["errors"]?.elements.map { $0 } ?? []
        #expect(Set(errors.compactMap { $0["pointer"]?.string }) == Set(expected.pointers), "\(answer)")
        let codes = Set(errors.compactMap { $0["code"]?.string })
        #expect(codes == expected.codes ?? codes && !codes.isEmpty, "\(answer)")
        #expect(errors.allSatisfy { $0["detail"]?.string?.isEmpty == false })
        if let text = expected.says {
            #expect(errors.contains { $0["detail"]?.string?.contains(text) == true }, "\(answer)")
        }
        #expect(try await stage.traces(of: marker) == 0)
    }

    @Test("An object parameter takes one object or a list of exactly one")
    func listOfOne() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let one = example.body.replacing(#"{"list":{"#, with: #"{"list":[{"#).replacing("},", with: "}],")
        let answer = try await stage.relay.post(example.path, one, token: stage.tokens.caller)
        #expect(answer.status == 200, "\(answer)")
        #expect(stage.gateway.calls(with: example.marker).first?.business == example.expected)
        let broken = one.replacing(#""acid":50006718,"#, with: "")
        let refused = try await stage.relay.post(example.path, broken, token: stage.tokens.caller)
        #expect(refused.json["errors"]?.elements.first { _ in true }?["pointer"]?.string == "/list/0/acid")
        let two = one.replacing("}],", with: "},{}],")
        let refusedTwo = try await stage.relay.post(example.path, two, token: stage.tokens.caller)
        #expect(refusedTwo.problem == "invalid-parameters", "\(refusedTwo)")
    }
}
