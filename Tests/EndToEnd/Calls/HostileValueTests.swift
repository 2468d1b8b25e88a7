import Foundation
import JSON
import TestSupport
import Testing

@Suite("Hostile values arrive as they were written", .bounded)
struct HostileValueTests {
    @Test("Texts and digits are kept to the byte, under each sign", arguments: ["main", "by-md5", "by-hmac"])
    func textsAndDigitsAreKept(_ app: String) async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let body = #"""
            {"list":{"car_license":"😀&=+% /?#\\\"é漢","acid":9007199254740993,"channel_profile_id":"\#(marker)",
             "mileage":1000.00,"engine_no":"line1\nline2\ttab\u0001\u007f","gmt_modified":"2010-01-01T08:00:00+09:00",
             "gmt_create":"2010-01-01 00:00:00","operate_type":"1"},"channel_id":"a&b=c+d%41 %zz\r\n\u0000x",
             "channel_type":18446744073709551617.10,"phone":" 137\u2028\ud83d\ude00","dataSource":"<script>'\"; --"}
            """#
        let answer = try await stage.relay.post(
            "/v1/aliauto/car-profiles", body, token: stage.tokens.caller, headers: [("Top-App", app)])
        try #require(answer.status == 200, "\(answer)")
        let call = try #require(stage.gateway.calls(with: marker).first)
        #expect(call.isSignRight)
        #expect(call.parameters["channel_id"] == "a&b=c+d%41 %zz\r\n\u{0}x")
        #expect(call.parameters["channel_type"] == "18446744073709551617.10")
        #expect(call.parameters["phone"] == " 137\u{2028}😀")
        #expect(call.parameters["data_source"] == "<script>'\"; --")
        let list = call.parameters["list"] ?? ""
        #expect(list.contains(#""car_license":"😀&=+% /?#\\\"é漢""#), "\(list)")
        #expect(list.contains(#""acid":9007199254740993,"#))
        #expect(list.contains(#""mileage":1000.00,"#))
        #expect(list.contains(#""operate_type":1}"#))
        #expect(list.contains(#""gmt_modified":"2010-01-01 07:00:00""#))
        let engine = try JSONDocument(Array(list.utf8)).root["engine_no"]?.string
        #expect(engine == "line1\nline2\ttab\u{1}\u{7f}")
        #expect(try await stage.trail(id: answer.id)?.outcome == "success")
    }

    @Test("Names in camelCase, misspellings and their right spellings")
    func namesInCamelCase() async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let body = #"""
            {"addressAbilityAsyncRequest":{"requestTime":"2022-07-01T19:22:21+08:00","requestId":"\#(marker)",
             "supplierId":"1","outerCode":"2","serviceType":"2","abilityType":"2","addressType":"2",
             "addressNames":[{"province":"浙江省","ability_status":"2"},{"city":"杭州市","ailityStatus":"1"}],
             "addressIds":[{"addressId":"3","reason":"NATURAL_CALAMITIES"},{"reason":"NATURAL_CALCMITIES"}]}}
            """#
        let answer = try await stage.relay.post(
            "/v1/top/taobao.logistics.address.ability.tms.async", body, token: stage.tokens.caller)
        try #require(answer.status == 200, "\(answer)")
        let sent = stage.gateway.calls(with: marker).first?.parameters["address_ability_async_request"]
        #expect(
            sent == #"""
                {"request_time":1656674541000,"request_id":"\#(marker)","supplier_id":"1","outer_code":"2",\#
                "service_type":"2","ability_type":"2","address_type":"2",\#
                "address_ids":[{"address_id":"3","reason":"NATURAL_CALCMITIES"},{"reason":"NATURAL_CALCMITIES"}],\#
                "address_names":[{"province":"浙江省","aility_status":"2"},{"city":"杭州市","aility_status":"1"}]}
                """#)
    }

    @Test("A String that holds JSON takes the text itself too, and sends it unchanged")
    func jsonText() async throws {
        let stage = try await Stage.shared
        let example = Example.lease()
        let text = #"[{"amount":100, "endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"}]"#
        let start = try #require(example.body.range(of: "["))
        let end = try #require(example.body.range(of: "]"))
        var body = example.body
        body.replaceSubrange(
            start.lowerBound..<end.upperBound, with: "\"" + text.replacing("\"", with: "\\\"") + "\"")
        let answer = try await stage.relay.post(example.path, body, token: stage.tokens.caller)
        try #require(answer.status == 200, "\(answer)")
        #expect(stage.gateway.calls(with: example.marker).first?.parameters["time_range_list"] == text)
    }

    @Test("A body of nearly 1 MiB goes through, and its long text is kept in the trail")
    func bodyOfNearly1() async throws {
        let stage = try await Stage.shared
        let example = Example.rental()
        let long = String(repeating: "字", count: 300_000)
        let body = example.body.replacing(#""extra":"{}""#, with: #""extra":"\#(long)""#)
        let answer = try await stage.relay.post(example.path, body, token: stage.tokens.caller)
        try #require(answer.status == 200)
        #expect(stage.gateway.calls(with: example.marker).first?.parameters["extra"] == long)
        #expect(try await stage.trail(id: answer.id)?.outcome == "success")
    }
}
