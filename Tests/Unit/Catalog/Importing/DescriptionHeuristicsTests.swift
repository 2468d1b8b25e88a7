import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("What a page's words propose")
struct DescriptionHeuristicsTests {
    @Test(
        "Enumerations are read from the words",
        arguments: [
            ("操作类型。1-新增,2-更新,3-删除", "1", "1 2 3"), ("1:男 2:女", "2", "1 2"), ("是否删除,0不删除,1删除", "0", "0 1"),
            ("地址传入方式 1-地址库ID传入 2-中文地址传入", "1", "1 2"),
            ("原因 ABNORMAL_WEATHER 异常天气 STRIKE 罢工闹事 OTHER 其他", "STRIKE", "ABNORMAL_WEATHER STRIKE OTHER"),
        ])
    func enumerationsAreReadFromWords(words: String, example: String, expected: String) {
        #expect(DescriptionHeuristics.values(words, example: example)?.map(\.value).joined(separator: " ") == expected)
    }

    @Test("What lists no several values, or not the example, is no enumeration")
    func noValues() {
        #expect(DescriptionHeuristics.values("ISV渠道类型。1-天猫养车", example: "1") == nil)
        #expect(DescriptionHeuristics.values("格式:yyyy.MM.dd HH:mm:ss", example: nil) == nil)
        #expect(DescriptionHeuristics.values("1-新增,2-更新", example: "7") == nil)
        #expect(DescriptionHeuristics.values("最多20个,每个不超过30字", example: nil) == nil)
    }

    @Test("Clear words that the example agrees with are in force")
    func inForce() throws {
        let lease = try ImportedPage(try SeedPages.text(zeroDownPayments)).yaml
        #expect(lease.contains("date: 'yyyy.MM.dd HH:mm:ss'"))
        let cards = try ImportedPage(try SeedPages.text(cardSales)).yaml
        #expect(
            cards.contains(
                """
                rules:
                  - {one_of: ['param_batch_open_card_open_req.brand_id', 'param_batch_open_card_open_req.out_brand_id']}
                  - {one_of: ['param_batch_open_card_open_req.shop_id', 'param_batch_open_card_open_req.out_shop_id']}

                """))
        let profiles = try ImportedPage(try SeedPages.text(carProfiles)).yaml
        #expect(profiles.contains("values: {'1': 新增, '2': 更新, '3': 删除}"))
    }

    @Test(
        "Words that may not list all values are only proposed",
        arguments: [
            ("等级,如:1-高,2-低", "1"), ("1-上门,2-到店,可多选,用逗号分隔", "1"), ("1-高,2-低等", "1"), ("1-有效,2-失效", "9"),
            ("楼层 1-一楼, 2-二楼, 依此类推", "1"), ("1-一楼,2-二楼,依次类推", "1"), ("1-一楼,2-二楼,以此类推。", "1"), ("1-甲,2-乙等等", "1"),
            ("1-甲,2-乙...", "1"), ("1-甲,2-乙…", "1"), ("1-甲, 2-乙, and so on", "1"), ("1-甲, 2-乙, etc", "1"),
            ("支持1-甲,2-乙等", "1"), ("例如1-甲,2-乙", "1"), ("如1-甲,2-乙", "1"), ("1-甲,2-乙等类型", "1"), ("支持1-甲,2-乙", "2"),
        ])
    func wordsThatMayNotList(words: String, example: String) {
        var field = Field(name: "a", type: FieldType("String"))
        field.description = words
        field.example = example
        let wording = DescriptionHeuristics(field)
        #expect(wording.values.isEmpty)
        #expect(wording.proposals.count == 1)
        #expect(wording.doubts.count == 1)
    }

    @Test("等 is an open end only where a sentence ends")
    func isOpenEndOnlyWhereSentence() {
        var field = Field(name: "a", type: FieldType("Number"))
        for words in ["等级:1-等待付款,2-高等级", "座位 1-一等座,2-二等座"] {
            field.description = words
            field.example = "1"
            #expect(DescriptionHeuristics(field).values.map(\.value) == ["1", "2"])
        }
    }

    @Test(
        "A date's form is taken from the words where the example is written so",
        arguments: [
            ("时间,格式:yyyy-MM-dd HH:mm:ss", "2019-06-01 10:00:00", DateForm.dashed), ("yyyy-MM-dd", "2019-06-01", .day),
            ("yyyy.MM.dd HH:mm:ss", "2019.06.01 10:00:00", .dotted), ("yyyy-MM-dd HH:mm:ss", "2019-06-01", nil),
            ("yyyy-MM-dd HH:mm", "2019-06-01", nil), ("备注", "2019-06-01 10:00:00", nil),
            ("yyyy-MM-dd,多个以逗号分隔", "2019-06-01", nil),
        ])
    func dateFormIsTaken(words: String, example: String, expected: DateForm?) {
        var field = Field(name: "a", type: FieldType("String"))
        field.description = words
        field.example = example
        #expect(DescriptionHeuristics(field).dateForm == expected)
    }

    @Test("Which parameters cannot all be empty is read from one sentence, among siblings")
    func whichParametersCannotAllBeEmpty() {
        func fields(_ words: String) -> [Field] {
            ["card_id", "phone", "shop_id"].map { name in
                var field = Field(name: name, type: FieldType("String"))
                field.example = "1"
                if name == "card_id" { field.description = words }
                return field
            }
        }
        #expect(
            DescriptionHeuristics.oneOf(fields("卡号,与phone不能同时为空")) == [.init(names: ["phone", "card_id"], doubt: nil)])
        #expect(
            DescriptionHeuristics.oneOf(fields("cardId、phone不可同时为空。shop_id另有说明")).map(\.names) == [
                ["card_id", "phone"]
            ])
        #expect(DescriptionHeuristics.oneOf(fields("card_id和out_id不能同时为空")).isEmpty)
        #expect(DescriptionHeuristics.oneOf(fields("card_id、phone和out_id不能同时为空")).map { $0.doubt != nil } == [true])
        #expect(DescriptionHeuristics.oneOf(fields("card_id和phone二者不能为空")).isEmpty)
    }
}
