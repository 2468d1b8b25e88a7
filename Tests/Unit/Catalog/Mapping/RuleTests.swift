import Testing

@testable import Catalog

@Suite("Rules across fields")
struct RuleTests {
    private let sale = "/param_batch_open_card_open_req"
    private let ability = "/address_ability_async_request"

    @Test("One of two ids must be given, and a blank one is none")
    func oneOf() throws {
        let brand = Example.cardSale.replacing(#""brand_id":"3396912","#, with: "")
        _ = try mapped(cardSales, brand)
        let neither = brand.replacing(#""out_brand_id":"33959","#, with: "")
        #expect(
            try refused(cardSales, neither) == [
                #"\#(sale)/out_brand_id: at least one of "out_brand_id", "brand_id" must be given"#
            ])
        let blank = neither.replacing(#""shop_id":"4564334","#, with: #""shopId":" ","#).replacing(
            #""out_shop_id":"35663464","#, with: #""outShopId":"","#)
        #expect(
            try refused(cardSales, blank) == [
                #"\#(sale)/out_brand_id: at least one of "out_brand_id", "brand_id" must be given"#,
                #"\#(sale)/outShopId: at least one of "out_shop_id", "shop_id" must be given"#,
            ])
    }

    @Test("A faulty id is not also a missing one")
    func faultyIsGiven() throws {
        let faulty = Example.cardSale.replacing(#""brand_id":"3396912","#, with: "").replacing(
            #""out_brand_id":"33959","#, with: #""out_brand_id":33959,"#)
        #expect(
            try refused(cardSales, faulty) == [
                "\(sale)/out_brand_id: must be a text (a JSON string), not a number"
            ])
    }

    @Test("The address type decides which list must be there")
    func addressTypeDecidesWhichList() throws {
        let names = #""address_names":[{"province":"浙江省"}]"#
        let ids = #""address_ids":[{"address_id":"330110005"}]"#
        func request(_ type: String, _ lists: String...) -> String {
            let members = [
                #""request_time":1656674541000,"request_id":"1","supplier_id":"1","outer_code":"1""#,
                #""service_type":"2","ability_type":"2","addressType":"\#(type)""#,
            ]
            return #"{"address_ability_async_request":{\#((members + lists).joined(separator: ","))}}"#
        }
        _ = try mapped(addressAbilities, request("1", ids))
        _ = try mapped(addressAbilities, request("2", names))
        // The other list is ignored, not forbidden.
        _ = try mapped(addressAbilities, request("2", ids, names))
        for lists in [[], [names], [#""address_ids":[]"#], [#""address_ids":null"#]] {
            #expect(
                try refused(addressAbilities, request("1", lists.joined(separator: ",")).replacing(",}", with: "}"))
                    == [#"\#(ability)/addressType: is 1, so "address_ids" must be given"#])
        }
        #expect(
            try refused(addressAbilities, request("2", ids)) == [
                #"\#(ability)/addressType: is 2, so "address_names" must be given"#
            ])
        #expect(
            try refused(addressAbilities, request("3")) == [
                "\(ability)/addressType: must be one of 1 (地址库ID传入), 2 (中文地址传入)"
            ])
    }

    @Test(
        "The start must be before the end, whatever form each has",
        arguments: [
            "2019.06.20 12:00:00", "2019.06.20 12:00:01", "2019-06-20T04:00:00Z",
        ])
    func startMustBeBeforeEnd(start: String) throws {
        let text = Example.lease.replacing("2019.06.10 12:00:00", with: start)
        #expect(
            try refused(zeroDownPayments, text) == [#"/pre_end_time: must be after "pre_start_time""#])
    }

    @Test("Each time range's start must be before its end")
    func eachTimeRangeStart() throws {
        let text = Example.lease.replacing("2019.06.18 10:00:00", with: "2019.06.18 12:00:00")
            .replacing("time_range_list", with: "timeRangeList")
        #expect(
            try refused(zeroDownPayments, text) == [
                #"/timeRangeList/1/startTime: must be before "endTime""#
            ])
    }

    @Test("Times that are faulty are not compared")
    func faultyOrder() throws {
        let text = Example.lease.replacing("2019.06.10 12:00:00", with: "2019.06.31 12:00:00")
        #expect(
            try refused(zeroDownPayments, text) == [
                "/pre_start_time: must be a date and time, yyyy.MM.dd HH:mm:ss (GMT+8) or ISO 8601; "
                    + "the day is out of range"
            ])
    }
}
