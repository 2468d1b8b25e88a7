import Testing

@testable import Catalog

@Suite("What a page's words propose")
struct WordingTests {
    @Test(
        "Enumerations are read from the words",
        arguments: [
            ("操作类型。1-新增,2-更新,3-删除", "1", "1 2 3"), ("1:男 2:女", "2", "1 2"), ("是否删除,0不删除,1删除", "0", "0 1"),
            ("地址传入方式 1-地址库ID传入 2-中文地址传入", "1", "1 2"),
            ("原因 ABNORMAL_WEATHER 异常天气 STRIKE 罢工闹事 OTHER 其他", "STRIKE", "ABNORMAL_WEATHER STRIKE OTHER"),
        ])
    func values(words: String, example: String, expected: String) {
        #expect(Wording.values(words, example: example)?.map(\.value).joined(separator: " ") == expected)
    }

    @Test("What lists no several values, or not the example, is no enumeration")
    func noValues() {
        #expect(Wording.values("ISV渠道类型。1-天猫养车", example: "1") == nil)
        #expect(Wording.values("格式:yyyy.MM.dd HH:mm:ss", example: nil) == nil)
        #expect(Wording.values("1-新增,2-更新", example: "7") == nil)
        #expect(Wording.values("最多20个,每个不超过30字", example: nil) == nil)
    }

    @Test("A date's form and rules across parameters are proposed in the imported file")
    func comments() throws {
        let lease = try ImportedPage(try SeedPages.text(zeroDownPayments)).yaml
        #expect(lease.contains("# for the overlay: date: yyyy.MM.dd HH:mm:ss\n"))
        let cards = try ImportedPage(try SeedPages.text(cardSales)).yaml
        #expect(cards.contains("# for the overlay's rules: one_of [brand_id, out_brand_id]\n"))
        #expect(cards.contains("# for the overlay's rules: one_of [shop_id, out_shop_id]\n"))
        let profiles = try ImportedPage(try SeedPages.text(carProfiles)).yaml
        #expect(profiles.contains("# for the overlay: values: {'1': '新增', '2': '更新', '3': '删除'}\n"))
    }
}
