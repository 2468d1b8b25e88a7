import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("Rows of objects in a page")
struct ObjectRowTests {
    private static let page = """
        taobao.test.object.get (测试)

        描述

        请求参数

        名称 类型 是否必须 示例值 更多限制 描述
        %
          • └ id
          • Number
          • 必须
          • 1
          • 编号

        响应参数

        名称 类型 示例值 描述
        data ResultDTO 业务 结果
        """

    @Test(
        "What follows an object's type and marker is its description, unless it is a value",
        arguments: [
            ("业务 结果", nil, "业务 结果", false), ("第一行 第二行 第三行", nil, "第一行 第二行 第三行", false),
            ("code of item", nil, "code of item", false), ("ISV 用户", nil, "ISV 用户", false), ("名称", nil, "名称", false),
            (#"{"id": 1} 业务 结果"#, #"{"id": 1}"#, "业务 结果", false), ("[] 列表", "[]", "列表", false),
            ("请求体 请求体", "请求体", "请求体", false), ("1 业务 结果", "1", "业务 结果", true),
            ("json对象 结果", "json对象", "结果", true),
        ] as [(String, String?, String, Bool)])
    func whatFollowsObjectType(words: String, example: String?, description: String, isInDoubt: Bool) throws {
        let imported = try ImportedPage(Self.page.replacing("%", with: "x FooDTO 必须 \(words)"))
        let entry = try Entry.read(page: CatalogFile(name: "p.yaml", text: imported.yaml), overlay: nil)
        let field = try #require(entry.request.first)
        #expect(field.example == example)
        #expect(field.description == description)
        #expect(field.children.map(\.name) == ["id"])
        #expect(imported.warnings.contains { $0.row == "x" } == isInDoubt)
        #expect(entry.response.first?.description == "业务 结果" && entry.response.first?.example == nil)
    }

    @Test("A list of values with an open end takes any value, and says so")
    func openList() throws {
        let imported = try ImportedPage(
            Self.page.replacing("%", with: "floor Number 可选 1 楼层 1-一楼, 2-二楼, 依此类推\nx FooDTO 必须"))
        let entry = try Entry.read(page: CatalogFile(name: "p.yaml", text: imported.yaml), overlay: nil)
        #expect(entry.request.first?.values.isEmpty == true)
        #expect(imported.yaml.contains("# for the overlay: values: {'1': '一楼', '2': '二楼'}"))
        #expect(imported.warnings.contains { $0.row == "floor" && $0.detail.contains("perhaps not all") })
    }
}
