import TOP
import Testing

@testable import Catalog

@Suite("The pages' examples")
struct PageExampleTests {
    @Test("The car profile goes out as documented")
    func carProfile() throws {
        let call = try mapped(carProfiles, Example.carProfile)
        #expect(call.names == ["list", "channel_id", "channel_type", "phone", "data_source"])
        #expect(
            call.value("list") == """
                {"car_license":"浙A8B7Y1","acid":50006718,"channel_profile_id":"1","mileage":100,"engine_no":"10001",\
                "reg_time":"2010-01-01 00:00:00","gmt_modified":"2010-01-01 00:00:00",\
                "issue_time":"2010-01-01 00:00:00","car_vin":"1","gmt_create":"2010-01-01 00:00:00","operate_type":1,\
                "car_profile_id":1}
                """)
        #expect(call.parameters.dropFirst().map(\.value) == ["1", "1", "1370000000", "XKZ"])
        #expect(call.requestID == nil)
    }

    @Test("The vehicle model goes out as documented")
    func vehicleModel() throws {
        let call = try mapped(vehicleModels, Example.vehicleModel)
        #expect(call.names == ["store_vehicle_model_info_list", "extra"])
        #expect(
            call.value("store_vehicle_model_info_list") == """
                {"vehicle_model_code":"100001","mileage_limit_info":{"exist_mileage_limit":true,"mileage_limit":5000,\
                "over_mileage_fee":50},"credit_deposit_info":{"illegal_amount":"1000.00","support_credit":true,\
                "damage_amount":"1000.00"},"deleted":0,"company_code":"122","store_code":"10001"}
                """)
        #expect(call.value("extra") == "{}")
    }

    @Test("The zero down payment goes out as documented, its time ranges as text")
    func zeroDownPaymentGoes() throws {
        let call = try mapped(zeroDownPayments, Example.lease)
        #expect(call.names == ["pre_end_time", "pre_start_time", "item_id", "time_range_list", "ref_activity_id"])
        #expect(call.value("pre_end_time") == "2019.06.20 12:00:00")
        #expect(call.value("pre_start_time") == "2019.06.10 12:00:00")
        #expect(call.value("item_id") == "2321321")
        #expect(
            call.value("time_range_list") == """
                [{"startTime":"2019.06.17 10:00:00","endTime":"2019.06.17 12:00:00","amount":100},\
                {"startTime":"2019.06.18 10:00:00","endTime":"2019.06.18 12:00:00","amount":100}]
                """)
        #expect(call.value("ref_activity_id") == "3213112")
    }

    @Test("The address ability goes out as documented")
    func addressAbilityGoesOut() throws {
        let call = try mapped(addressAbilities, Example.address)
        #expect(call.names == ["address_ability_async_request"])
        #expect(
            call.value("address_ability_async_request") == """
                {"request_time":1656674541000,"request_id":"1656674541000_001","supplier_id":"10000000001",\
                "outer_code":"12345","service_type":"2","ability_type":"2","address_type":"1",\
                "address_ids":[{"address_id":"330110005","ability_status":"1","cooperation_delivery_code":"STO",\
                "reason":"ABNORMAL_WEATHER","detail_reason":"站点临时关停"}],"address_names":[{"province":"浙江省",\
                "city":"杭州市","area":"余杭区","town":"五常街道","aility_status":"1","cooperation_delivery_code":"STO"}]}
                """)
        #expect(call.requestID == "1656674541000_001")
    }

    @Test("The card sale goes out as documented")
    func cardSale() throws {
        let call = try mapped(cardSales, Example.cardSale)
        #expect(call.names == ["param_batch_open_card_open_req"])
        #expect(
            call.value("param_batch_open_card_open_req") == """
                {"physical_card_ids":["111","222","333"],"out_brand_id":"33959","request_id":"566754323224",\
                "brand_id":"3396912","out_shop_id":"35663464","shop_id":"4564334","operator_id":"2312332"}
                """)
        #expect(call.requestID == "566754323224")
    }
}
