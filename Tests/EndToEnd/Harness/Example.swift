/// A call of one of the five methods, made of its page's examples, with a text that no other call has.
struct Example: Sendable {
    let method: String
    let path: String
    /// The text that finds the call at the gateway and in the trail.
    let marker: String
    var body: String
    /// The business parameters that TOP is to receive, byte for byte.
    let expected: [String: String]
    /// The result in the answer, as JSON.
    let result: String
    let outcome: String
    let needsSession: Bool

    static func newMarker() -> String { "m" + String(UInt64.random(in: 1 << 60..<UInt64.max), radix: 36) }

    /// All five.
    static var all: [Example] { [carProfile(), rental(), lease(), address(), cards()] }

    static func carProfile(_ marker: String = newMarker(), phone: String = "13700000000") -> Example {
        Example(
            method: "tmall.aliauto.carprofile.sync", path: "/v1/aliauto/car-profiles", marker: marker,
            body: """
                {"list":{"car_license":"浙A8B7Y1","acid":50006718,"channel_profile_id":"\(marker)","mileage":100,\
                "engine_no":"10001","reg_time":"2010-01-01 00:00:00","gmt_modified":"2010-01-01 00:00:00",\
                "issue_time":"2010-01-01 00:00:00","car_vin":"1","gmt_create":"2010-01-01 00:00:00","operate_type":1,\
                "car_profile_id":1},"channel_id":"1","channel_type":1,"phone":"\(phone)"}
                """,
            expected: [
                "list": """
                {"car_license":"浙A8B7Y1","acid":50006718,"channel_profile_id":"\(marker)","mileage":100,\
                "engine_no":"10001","reg_time":"2010-01-01 00:00:00","gmt_modified":"2010-01-01 00:00:00",\
                "issue_time":"2010-01-01 00:00:00","car_vin":"1","gmt_create":"2010-01-01 00:00:00","operate_type":1,\
                "car_profile_id":1}
                """, "channel_id": "1", "channel_type": "1", "phone": phone, "data_source": "XKZ",
            ],
            result: """
                {"data":{"id_mapping":[{"channel_profile_id":"\(marker)","car_profile_id":1}]},"is_success":true,\
                "errcode":"0000","errmsg":"成功"}
                """, outcome: "success", needsSession: true)
    }

    static func rental(_ marker: String = newMarker()) -> Example {
        let list = """
            {"vehicle_model_code":"100001","mileage_limit_info":{"exist_mileage_limit":true,"mileage_limit":5000,\
            "over_mileage_fee":50},"credit_deposit_info":{"illegal_amount":"1000.00","support_credit":true,\
            "damage_amount":"1000.00"},"deleted":0,"company_code":"122","store_code":"\(marker)"}
            """
        return Example(
            method: "alitrip.rentcar.commodity.storevehmodel.base.change.notify",
            path: "/v1/rentcar/store-vehicle-models", marker: marker,
            body: #"{"store_vehicle_model_info_list":\#(list),"extra":"{}"}"#,
            expected: ["store_vehicle_model_info_list": list, "extra": "{}"],
            result: #"{"message_code":0,"message":"成功"}"#, outcome: "success", needsSession: false)
    }

    static func lease(_ marker: String = newMarker()) -> Example {
        let ranges = """
            [{"amount":100,"endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"},\
            {"amount":100,"endTime":"2019.06.18 12:00:00","startTime":"2019.06.18 10:00:00"}]
            """
        return Example(
            method: "tmall.car.lease.freedownpayment.put", path: "/v1/car-lease/zero-down-payments", marker: marker,
            body: """
                {"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":2321321,\
                "time_range_list":\(ranges),"ref_activity_id":"\(marker)"}
                """,
            expected: [
                "pre_end_time": "2019.06.20 12:00:00", "pre_start_time": "2019.06.10 12:00:00", "item_id": "2321321",
                "time_range_list": """
                [{"startTime":"2019.06.17 10:00:00","endTime":"2019.06.17 12:00:00","amount":100},\
                {"startTime":"2019.06.18 10:00:00","endTime":"2019.06.18 12:00:00","amount":100}]
                """, "ref_activity_id": marker,
            ],
            result: """
                {"result":{"gmt_current_time":1561003200000,"msg_code":"1","msg_info":"ok","object":true,\
                "success":true,"cost_time":12}}
                """, outcome: "success", needsSession: true)
    }

    static func address(_ marker: String = newMarker()) -> Example {
        let request = """
            {"request_time":1656674541000,"request_id":"1656674541000_001","supplier_id":"10000000001",\
            "outer_code":"\(marker)","service_type":"2","ability_type":"2","address_type":"1","address_ids":\
            [{"address_id":"330110005","ability_status":"1","cooperation_delivery_code":"STO",\
            "reason":"ABNORMAL_WEATHER","detail_reason":"站点临时关停"}]}
            """
        return Example(
            method: "taobao.logistics.address.ability.tms.async", path: "/v1/logistics/address-abilities",
            marker: marker, body: #"{"address_ability_async_request":\#(request)}"#,
            expected: ["address_ability_async_request": request],
            result: """
                {"address_ability_async_response":{"success":true,"code":"200","message":"SUCCESS","is_retry":false}}
                """, outcome: "accepted", needsSession: false)
    }

    static func cards(_ marker: String = newMarker()) -> Example {
        let request = """
            {"physical_card_ids":["111","222","333"],"out_brand_id":"33959","request_id":"\(marker)",\
            "brand_id":"3396912","out_shop_id":"35663464","shop_id":"4564334","operator_id":"2312332"}
            """
        return Example(
            method: "alibaba.alsc.crm.card.batch.sell", path: "/v1/crm/card-sales", marker: marker,
            body: #"{"param_batch_open_card_open_req":\#(request)}"#,
            expected: ["param_batch_open_card_open_req": request],
            result: """
                {"result":{"result":{"result_map":"{\\"111\\":\\"SUCCESS\\",\\"222\\":\\"SUCCESS\\",\\"333\\":\\"SUCCESS\\"}",\
                "all_success":"true"},"result_code":"200","result_view":"","biz_success":true,"result_desc":"成功"}}
                """, outcome: "success", needsSession: false)
    }
}

extension Example: CustomStringConvertible {
    var description: String { method }
}
