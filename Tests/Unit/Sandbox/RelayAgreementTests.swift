import Catalog
import Crypto
import JSON
import TOP
import Testing

@testable import Sandbox

/// The relay's mapping, signing and encoding on one side, the sandbox's own reading on the other.
@Suite("The relay's modules and the sandbox agree")
struct RelayAgreementTests {
    private static let hostile = "混合 品+&=%20😀 @\u{7F}/"

    private static let bodies: [(method: String, json: String, outcome: Interpretation.Outcome)] = [
        (
            "tmall.aliauto.carprofile.sync",
            #"{"list":{"car_license":"浙A8B7Y1","acid":9007199254740993,"channel_profile_id":"7001","#
                + #""gmt_modified":"2010-01-01T00:00:00Z","gmt_create":"2010-01-01 00:00:00","operate_type":1},"#
                + #""channel_id":"\#(hostile)","channel_type":1,"phone":"13700000000"}"#, .success
        ),
        (
            "alitrip.rentcar.commodity.storevehmodel.base.change.notify",
            #"{"store_vehicle_model_info_list":{"vehicle_model_code":"100001","store_code":"10001","deleted":0,"#
                + #""credit_deposit_info":{"illegal_amount":"1000.00","support_credit":true,"damage_amount":"1"}},"#
                + #""extra":"{}"}"#, .success
        ),
        (
            "tmall.car.lease.freedownpayment.put",
            #"{"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":2321321,"#
                + #""time_range_list":[{"amount":100,"endTime":"2019.06.17 12:00:00","#
                + #""startTime":"2019.06.17 10:00:00"}]}"#, .success
        ),
        (
            "taobao.logistics.address.ability.tms.async",
            #"{"address_ability_async_request":{"request_time":1656674541000,"request_id":"r","supplier_id":"1","#
                + #""outer_code":"12345","service_type":"2","ability_type":"2","address_type":"1","#
                + #""address_ids":[{"address_id":"330110005","ability_status":"1"}]}}"#, .accepted
        ),
        (
            "alibaba.alsc.crm.card.batch.sell",
            #"{"param_batch_open_card_open_req":{"physical_card_ids":["111","222"],"request_id":"r","brand_id":"1","#
                + #""shop_id":"2","operator_id":"3"}}"#, .success
        ),
    ]

    private func form(_ entry: Entry, _ call: MappedCall, _ method: SignMethod) throws -> [UInt8] {
        var parameters = call.parameters
        for (name, value) in [
            ("method", entry.method), ("app_key", "4272"), ("v", "2.0"), ("format", "json"),
            ("sign_method", method.rawValue), ("timestamp", TOPTime.timestamp(epochSeconds: 1_700_000_000)),
        ] {
            parameters.append(Parameter(name: name, value: value))
        }
        if entry.session == .required { parameters.append(Parameter(name: "session", value: "good")) }
        let sign = try Signer(method: method, secret: Secret("秘密 secret")).sign(parameters)
        return FormEncoding.encode(parameters + [Parameter(name: "sign", value: sign)])
    }

    @Test("On every method, with every sign method, from the caller's JSON to the outcome", arguments: bodies.indices)
    func onEveryMethod(_ index: Int) throws {
        let (name, json, outcome) = Self.bodies[index]
        let catalog = try Methods.catalog()
        var configuration = SandboxConfiguration(
            apps: [SandboxApp(key: "4272", secret: "秘密 secret", sessions: ["good"])], catalog: catalog)
        configuration.epochSeconds = { 1_700_000_000 + 599 }
        var gateway = Gateway(configuration)
        let entry = try #require(catalog.entry(method: name))
        guard case .mapped(let call) = entry.map(try JSONDocument(json)) else {
            Issue.record("the example was refused: \(entry.map(try JSONDocument(json)))")
            return
        }
        for method in SignMethod.allCases {
            var request = WireRequest(
                verb: "POST", path: "/router/rest", query: "",
                contentType: "application/x-www-form-urlencoded;charset=UTF-8")
            request.body = try form(entry, call, method)
            guard case .write(let bytes)? = gateway.answer(request).first else {
                Issue.record("no answer")
                return
            }
            let body = try #require(String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n").last)
            guard case .response(let inner) = TOPResponse.read(Array(body.utf8), method: name) else {
                Issue.record("not a response: \(body)")
                return
            }
            #expect(entry.interpret(inner, of: call).outcome == outcome)
        }
        #expect(gateway.calls.count == SignMethod.allCases.count)
        let sent = call.parameters.map { "\($0.name)=\($0.value)" }
        let received = gateway.calls[0].parameters.map { "\($0.name)=\($0.value)" }
        #expect(Array(received.prefix(sent.count)) == sent)
    }
}
