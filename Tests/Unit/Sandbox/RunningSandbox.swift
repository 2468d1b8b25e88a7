import Catalog
import Logging
import TestSupport
import Sandbox

/// The pages' own examples as calls, in the form in which they go over the wire.
enum Example {
    static let carProfile = PythonPeer.Call(
        method: "tmall.aliauto.carprofile.sync",
        business: [
            "list": #"{"car_license":"浙A8B7Y1","acid":50006718,"channel_profile_id":"7001","#
                + #""gmt_modified":"2010-01-01 00:00:00","gmt_create":"2010-01-01 00:00:00","operate_type":1}"#,
            "channel_id": "1", "channel_type": "1", "phone": "13700000000", "data_source": "XKZ",
        ], system: ["session": "good"])

    static let rental = PythonPeer.Call(
        method: "alitrip.rentcar.commodity.storevehmodel.base.change.notify",
        business: [
            "store_vehicle_model_info_list": #"{"vehicle_model_code":"100001","deleted":0,"store_code":"10001","#
                + #""credit_deposit_info":{"illegal_amount":"1000.00","support_credit":true,"#
                + #""damage_amount":"1000.00"}}"#,
            "extra": "{}",
        ])

    static let lease = PythonPeer.Call(
        method: "tmall.car.lease.freedownpayment.put",
        business: [
            "pre_end_time": "2019.06.20 12:00:00", "pre_start_time": "2019.06.10 12:00:00", "item_id": "2321321",
            "time_range_list":
                #"[{"amount":100,"endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"}]"#,
            "ref_activity_id": "3213112",
        ], system: ["session": "good"])

    static let addresses = PythonPeer.Call(
        method: "taobao.logistics.address.ability.tms.async",
        business: [
            "address_ability_async_request": #"{"request_time":1656674541000,"request_id":"1656674541000_001","#
                + #""supplier_id":"10000000001","outer_code":"12345","service_type":"2","ability_type":"2","#
                + #""address_type":"1","address_ids":[{"address_id":"330110005","ability_status":"1"}]}"#
        ])

    static let cards = PythonPeer.Call(
        method: "alibaba.alsc.crm.card.batch.sell",
        business: [
            "param_batch_open_card_open_req": #"{"physical_card_ids":["111","222"],"request_id":"566754323224","#
                + #""brand_id":"3396912","shop_id":"4564334","operator_id":"2312332"}"#
        ])

    static let all = [carProfile, rental, lease, addresses, cards]
}

/// The embedded catalog, loaded once for all tests.
enum Methods {
    private static let loaded = Result { try Catalog.embedded() }

    static func catalog() throws -> Catalog {
        try loaded.get()
    }
}

/// Runs a sandbox on a free port for the length of a test.
func withSandbox(
    _ change: (inout SandboxConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (SandboxServer, PythonPeer) async throws -> Void
) async throws {
    let app = SandboxApp(key: "4272", secret: "秘密 secret", sessions: ["good"], expiredSessions: ["old"])
    var configuration = SandboxConfiguration(apps: [app], catalog: try Methods.catalog())
    change(&configuration)
    var logger = Logger(label: "sandbox")
    logger.logLevel = .error
    let sandbox = SandboxServer(configuration: configuration, logger: logger)
    let port = try await sandbox.start()
    do {
        try await limited(seconds: 180) { try await body(sandbox, PythonPeer(port: port)) }
    } catch {
        await sandbox.stop()
        throw error
    }
    await sandbox.stop()
}

extension PythonPeer.Call {
    /// The call with other parameters; nil takes one away.
    func with(_ business: [String: String?] = [:], system: [String: String?] = [:]) -> PythonPeer.Call {
        var copy = self
        for (name, value) in business { copy.business[name] = value }
        for (name, value) in system { copy.system[name] = .some(value) }
        return copy
    }
}
