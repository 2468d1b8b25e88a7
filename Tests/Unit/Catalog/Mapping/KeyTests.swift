import JSON
import Testing

@testable import Catalog

@Suite("Business keys")
struct KeyTests {
    @Test("The car profile is found by its ids, its phone, its plate and its VIN")
    func carProfile() throws {
        #expect(
            try mapped(carProfiles, Example.carProfile).keys.map(text) == [
                "car_license=浙A8B7Y1 (private)", "channel_profile_id=1", "car_vin=1 (private)", "car_profile_id=1",
                "channel_id=1", "phone=1370000000 (private)",
            ])
    }

    @Test("The vehicle model is found by store and model")
    func vehicleModel() throws {
        #expect(
            try mapped(vehicleModels, Example.vehicleModel).keys.map(text) == [
                "vehicle_model_code=100001", "store_code=10001",
            ])
    }

    @Test("The zero down payment is found by item and activity")
    func zeroDownPaymentIsFound() throws {
        #expect(
            try mapped(zeroDownPayments, Example.lease).keys.map(text) == [
                "item_id=2321321", "ref_activity_id=3213112",
            ])
    }

    @Test("The address ability is found by request, supplier and outer code")
    func addressAbilityIsFound() throws {
        #expect(
            try mapped(addressAbilities, Example.address).keys.map(text) == [
                "request_id=1656674541000_001", "supplier_id=10000000001", "outer_code=12345",
            ])
    }

    @Test("The card sale is found by each card, by brand and shop")
    func cardSale() throws {
        #expect(
            try mapped(cardSales, Example.cardSale).keys.map(text) == [
                "out_brand_id=33959", "request_id=566754323224", "brand_id=3396912", "out_shop_id=35663464",
                "shop_id=4564334", "physical_card_ids=111 (private)", "physical_card_ids=222 (private)",
                "physical_card_ids=333 (private)",
            ])
    }

    @Test(
        "Values of a list never push out those that stand alone, and one key more than are kept says that there are more"
    )
    func manyKeys() throws {
        for cards in [BusinessKey.maximumCount - 5, BusinessKey.maximumCount, 5000] {
            let ids = (1...cards).map { number in "\"\(10_000 + number)\"" }.joined(separator: ",")
            let body = Example.cardSale.replacing(#"["111","222","333"]"#, with: "[\(ids)]")
            let keys = try mapped(cardSales, body).keys
            #expect(keys.prefix(5).map(\.name) == ["out_brand_id", "request_id", "brand_id", "out_shop_id", "shop_id"])
            #expect(keys.count == min(cards + 5, BusinessKey.maximumCount + 1))
        }
    }

    @Test("Keys of the answer are told by its reading")
    func keysOfAnswerAreTold() throws {
        let call = try mapped(carProfiles, Example.carProfile)
        let inner = try document(
            """
            {"data":{"id_mapping":{"entry":[{"channel_profile_id":"1","car_profile_id":1234567890123456789}]}},
             "is_success":true}
            """)
        let keys = try entry(carProfiles).interpret(inner.root, of: call).keys
        #expect(keys.map(text) == ["channel_profile_id=1", "car_profile_id=1234567890123456789"])
    }

    private func text(_ key: BusinessKey) -> String {
        "\(key.name)=\(key.value)\(key.isSensitive ? " (private)" : "")"
    }
}
