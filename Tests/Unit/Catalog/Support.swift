import JSON
import TOP
import Testing

@testable import Catalog

let carProfiles = "tmall.aliauto.carprofile.sync"
let vehicleModels = "alitrip.rentcar.commodity.storevehmodel.base.change.notify"
let zeroDownPayments = "tmall.car.lease.freedownpayment.put"
let addressAbilities = "taobao.logistics.address.ability.tms.async"
let cardSales = "alibaba.alsc.crm.card.batch.sell"

/// The embedded catalog, loaded once.
let catalog = Result { try Catalog.embedded() }

func entry(_ method: String) throws -> Entry {
    try #require(try catalog.get().entry(method: method))
}

func document(_ text: String) throws -> JSONDocument {
    try JSONDocument(Array(text.utf8))
}

/// Maps JSON that must be valid.
func mapped(_ method: String, _ text: String, key: String? = nil) throws -> MappedCall {
    let key = key.map { IdempotencyKey(derived: $0) }
    switch try entry(method).map(document(text), idempotency: key) {
    case .mapped(let call): return call
    case .refused(let faults):
        Issue.record("refused: \(faults)")
        throw CatalogError([])
    }
}

/// Maps JSON that must be refused, and gives the faults as `POINTER: DETAIL`.
func refused(_ method: String, _ text: String, key: String? = nil) throws -> [String] {
    try refused(entry(method), text, key: key)
}

func refused(_ entry: Entry, _ text: String, key: String? = nil) throws -> [String] {
    switch try entry.map(document(text), idempotency: key.map { IdempotencyKey(derived: $0) }) {
    case .mapped(let call):
        Issue.record("mapped: \(call.parameters)")
        return []
    case .refused(let faults): return faults.map { "\($0.pointer): \($0.detail)" }
    }
}

extension MappedCall {
    func value(_ name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    var names: [String] { parameters.map(\.name) }
}

enum Example {
    static let carProfile = """
        {"list":{"car_license":"浙A8B7Y1","acid":50006718,"channel_profile_id":"1","mileage":100,"engine_no":"10001",\
        "reg_time":"2010-01-01 00:00:00","gmt_modified":"2010-01-01 00:00:00","issue_time":"2010-01-01 00:00:00",\
        "car_vin":"1","gmt_create":"2010-01-01 00:00:00","operate_type":1,"car_profile_id":1},"channel_id":"1",\
        "channel_type":1,"phone":"1370000000","data_source":"XKZ"}
        """
    static let vehicleModel = """
        {"store_vehicle_model_info_list":{"vehicle_model_code":"100001","mileage_limit_info":{"exist_mileage_limit":true,\
        "mileage_limit":5000,"over_mileage_fee":50},"credit_deposit_info":{"illegal_amount":"1000.00",\
        "support_credit":true,"damage_amount":"1000.00"},"deleted":0,"company_code":"122","store_code":"10001"},\
        "extra":"{}"}
        """
    static let lease = """
        {"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":2321321,\
        "time_range_list":[{"amount":100, "endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"},\
        {"amount":100, "endTime":"2019.06.18 12:00:00","startTime":"2019.06.18 10:00:00"}],"ref_activity_id":"3213112"}
        """
    static let address = """
        {"address_ability_async_request":{"request_time":1656674541000,"request_id":"1656674541000_001",\
        "supplier_id":"10000000001","outer_code":"12345","service_type":"2","ability_type":"2","address_type":"1",\
        "address_ids":[{"address_id":"330110005","ability_status":"1","cooperation_delivery_code":"STO",\
        "reason":"ABNORMAL_WEATHER","detail_reason":"站点临时关停"}],"address_names":[{"province":"浙江省","city":"杭州市",\
        "area":"余杭区","town":"五常街道","aility_status":"1","cooperation_delivery_code":"STO"}]}}
        """
    static let cardSale = """
        {"param_batch_open_card_open_req":{"physical_card_ids":["111","222","333"],"out_brand_id":"33959",\
        "request_id":"566754323224","brand_id":"3396912","out_shop_id":"35663464","shop_id":"4564334",\
        "operator_id":"2312332"}}
        """
    static let all = [
        (carProfiles, carProfile), (vehicleModels, vehicleModel), (zeroDownPayments, lease),
        (addressAbilities, address), (cardSales, cardSale),
    ]
}
