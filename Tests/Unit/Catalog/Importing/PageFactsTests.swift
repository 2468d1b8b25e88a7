import Testing

@testable import Catalog

/// What the five pages say, written out by hand: `PATH|TYPE|REQUIRED|EXAMPLE`, the example `-` where there is none.
@Suite("Entries against their pages")
struct PageFactsTests {
    @Test("The car profile's entry says what its page says")
    func carProfile() throws {
        let entry = try entry(carProfiles)
        #expect(entry.title == "ISV同步增量车主档案至TM")
        #expect(entry.category == "天猫汽车")
        #expect(entry.session == .required)
        #expect(entry.path == "/v1/aliauto/car-profiles")
        #expect(entry.responseRoot == "tmall_aliauto_carprofile_sync_response")
        #expect(!entry.reads)
        #expect(entry.idempotencyPath == nil)
        #expect(
            facts(entry.request) == [
                "list|UserCarProfileDTO|required|-",
                "list.car_license|String|optional|浙A8B7Y1",
                "list.acid|Number|required|50006718",
                "list.channel_profile_id|String|required|1",
                "list.mileage|Number|optional|100",
                "list.engine_no|String|optional|10001",
                "list.reg_time|String|optional|2010-01-01 00:00:00",
                "list.gmt_modified|Date|required|2010-01-01 00:00:00",
                "list.issue_time|String|optional|2010-01-01 00:00:00",
                "list.car_vin|String|optional|1",
                "list.gmt_create|Date|required|2010-01-01 00:00:00",
                "list.operate_type|Number|required|1",
                "list.car_profile_id|Number|optional|1",
                "channel_id|String|required|1",
                "channel_type|Number|required|1",
                "phone|String|required|1370000000",
                "data_source|String|optional|XKZ",
            ])
        #expect(entry.request.last?.defaultText == "XKZ")
        #expect(
            facts(entry.response) == [
                "data|UserCarProfileSyncResultDTO|optional|1",
                "data.id_mapping|Entry []|optional|-",
                "data.id_mapping.channel_profile_id|String|optional|1",
                "data.id_mapping.car_profile_id|Number|optional|1",
                "is_success|Boolean|optional|true",
                "errcode|String|optional|0000",
                "errmsg|String|optional|错误信息",
            ])
    }

    @Test("The vehicle model's entry says what its page says")
    func vehicleModel() throws {
        let entry = try entry(vehicleModels)
        #expect(entry.title == "门店车型信息变更同步")
        #expect(entry.category == "飞猪-综合交通api")
        #expect(entry.session == .none)
        #expect(entry.path == "/v1/rentcar/store-vehicle-models")
        #expect(entry.responseRoot == "alitrip_rentcar_commodity_storevehmodel_base_change_notify_response")
        #expect(
            facts(entry.request) == [
                "store_vehicle_model_info_list|SyncStoreVehicleGroupBaseInfoData|required|-",
                "store_vehicle_model_info_list.vehicle_model_code|String|required|100001",
                "store_vehicle_model_info_list.mileage_limit_info|MileageLimitInfo|optional|-",
                "store_vehicle_model_info_list.mileage_limit_info.exist_mileage_limit|Boolean|optional|true",
                "store_vehicle_model_info_list.mileage_limit_info.mileage_limit|Number|optional|5000",
                "store_vehicle_model_info_list.mileage_limit_info.over_mileage_fee|Number|optional|50",
                "store_vehicle_model_info_list.credit_deposit_info|CreditDepositInfo|required|-",
                "store_vehicle_model_info_list.credit_deposit_info.illegal_amount|String|required|1000.00",
                "store_vehicle_model_info_list.credit_deposit_info.support_credit|Boolean|required|true",
                "store_vehicle_model_info_list.credit_deposit_info.damage_amount|String|required|1000.00",
                "store_vehicle_model_info_list.deleted|Number|required|0",
                "store_vehicle_model_info_list.company_code|String|optional|122",
                "store_vehicle_model_info_list.store_code|String|required|10001",
                "extra|String|optional|{}",
            ])
        #expect(facts(entry.response) == ["message_code|Number|optional|0", "message|String|optional|错误信息"])
    }

    @Test("The zero down payment's entry says what its page says")
    func zeroDownPaymentEntry() throws {
        let entry = try entry(zeroDownPayments)
        #expect(entry.title == "同步直租车免首付商品活动信息")
        #expect(entry.category == "服务平台API")
        #expect(entry.session == .required)
        #expect(entry.path == "/v1/car-lease/zero-down-payments")
        #expect(entry.responseRoot == "tmall_car_lease_freedownpayment_put_response")
        let ranges = """
            [{"amount":100, "endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"},\
            {"amount":100, "endTime":"2019.06.18 12:00:00","startTime":"2019.06.18 10:00:00"}]
            """
        #expect(
            facts(entry.request) == [
                "pre_end_time|String|required|2019.06.20 12:00:00",
                "pre_start_time|String|required|2019.06.10 12:00:00",
                "item_id|Number|required|2321321",
                "time_range_list|String|required|\(ranges)",
                "time_range_list.startTime|String|required|-",
                "time_range_list.endTime|String|required|-",
                "time_range_list.amount|Number|required|-",
                "ref_activity_id|String|optional|3213112",
            ])
        #expect(
            facts(entry.response) == [
                "result|Result|optional|-",
                "result.gmt_current_time|Number|optional|-",
                "result.msg_code|String|optional|1",
                "result.msg_info|String|optional|1",
                "result.object|Boolean|optional|true",
                "result.success|Boolean|optional|true",
                "result.cost_time|Number|optional|-",
            ])
    }

    @Test("The address ability's entry says what its page says")
    func addressAbilityEntrySays() throws {
        let entry = try entry(addressAbilities)
        #expect(entry.title == "行政地址能力同步/更新接口")
        #expect(entry.category == "天猫供应链")
        #expect(entry.session == .none)
        #expect(entry.path == "/v1/logistics/address-abilities")
        #expect(entry.responseRoot == "logistics_address_ability_tms_async_response")
        #expect(entry.idempotencyPath == ["address_ability_async_request", "request_id"])
        let root = "address_ability_async_request"
        #expect(
            facts(entry.request) == [
                "\(root)|AddressAbilityAsyncRequest|required|-",
                "\(root).request_time|Number|required|1656674541000",
                "\(root).request_id|String|required|1656674541000_001",
                "\(root).supplier_id|String|required|10000000001",
                "\(root).outer_code|String|required|12345",
                "\(root).service_type|String|required|2",
                "\(root).ability_type|String|required|2",
                "\(root).address_type|String|required|1",
                "\(root).address_ids|AddressIds []|optional|-",
                "\(root).address_ids.address_id|String|optional|330110005",
                "\(root).address_ids.ability_status|String|optional|1",
                "\(root).address_ids.cooperation_delivery_code|String|optional|STO",
                "\(root).address_ids.reason|String|optional|ABNORMAL_WEATHER",
                "\(root).address_ids.detail_reason|String|optional|站点临时关停",
                "\(root).address_names|AddressNames []|optional|-",
                "\(root).address_names.province|String|optional|浙江省",
                "\(root).address_names.city|String|optional|杭州市",
                "\(root).address_names.area|String|optional|余杭区",
                "\(root).address_names.town|String|optional|五常街道",
                "\(root).address_names.aility_status|String|optional|1",
                "\(root).address_names.cooperation_delivery_code|String|optional|STO",
            ])
        #expect(
            facts(entry.response) == [
                "address_ability_async_response|AddressAbilityAsyncResponse|optional|-",
                "address_ability_async_response.success|Boolean|optional|true",
                "address_ability_async_response.code|String|optional|200",
                "address_ability_async_response.message|String|optional|SUCCESS",
                "address_ability_async_response.is_retry|Boolean|optional|false",
            ])
    }

    @Test("The card sale's entry says what its page says, but that its wrapper is required")
    func cardSale() throws {
        let entry = try entry(cardSales)
        #expect(entry.title == "批量开卡(售卡)")
        #expect(entry.category == "本地生活API")
        #expect(entry.session == .none)
        #expect(entry.path == "/v1/crm/card-sales")
        #expect(entry.responseRoot == "alibaba_alsc_crm_card_batch_sell_response")
        #expect(entry.idempotencyPath == ["param_batch_open_card_open_req", "request_id"])
        let root = "param_batch_open_card_open_req"
        #expect(
            facts(entry.request) == [
                "\(root)|BatchOpenCardOpenReq|required|-",
                "\(root).physical_card_ids|String []|required|111,222,333",
                "\(root).out_brand_id|String|optional|33959",
                "\(root).request_id|String|required|566754323224",
                "\(root).brand_id|String|optional|3396912",
                "\(root).out_shop_id|String|optional|35663464",
                "\(root).shop_id|String|optional|4564334",
                "\(root).operator_id|String|required|2312332",
            ])
        #expect(
            facts(entry.response) == [
                "result|CommonResult|optional|-",
                "result.result|BatchOpenCardOpenInfo|optional|-",
                "result.result.result_map|String|optional|-",
                "result.result.all_success|String|optional|true",
                "result.result_code|String|optional|200",
                #"result.result_view|String|optional|"""#,
                "result.biz_success|Boolean|optional|true",
                "result.result_desc|String|optional|成功",
            ])
    }

    private func facts(_ fields: [Field], under parent: String = "") -> [String] {
        fields.flatMap { field in
            let fact = [
                parent + field.name, field.type.text, field.isRequired ? "required" : "optional", field.example ?? "-",
            ]
            return [fact.joined(separator: "|")] + facts(field.children, under: parent + field.name + ".")
        }
    }
}
