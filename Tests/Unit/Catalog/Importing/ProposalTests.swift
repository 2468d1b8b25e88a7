import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("What an import proposes for the overlay")
struct ProposalTests {
    private func page(_ method: String, response: String, parameter: String = "note") -> String {
        """
        \(method) ( 发送备注 )

        请求参数
        名称 类型 是否必须 示例值 更多限制 描述
        \(parameter) String 必须 abc 备注
        响应参数
        名称 类型 示例值 描述
        \(response)
        """
    }

    @Test("A method that ends in .get is proposed as reading, any other one is not")
    func readingMethods() throws {
        let reads = try ImportedPage(page("taobao.note.get", response: "note String abc 备注"))
        #expect(reads.proposals == ["reads: true"])
        #expect(reads.yaml.hasPrefix("#") && reads.yaml.contains("# for the overlay: reads: true\n"))
        let writes = try ImportedPage(page("taobao.note.send", response: "note String abc 备注"))
        #expect(writes.proposals.isEmpty)
    }

    @Test("A documented Boolean of success is proposed as a rule, in a form that an overlay takes")
    func successRules() throws {
        let imported = try ImportedPage(page("taobao.note.send", response: "is_success Boolean true 是否成功"))
        #expect(imported.proposals == ["outcome: {success: [{field: is_success, is: 'true'}]}"])
        #expect(!imported.warnings.contains { $0.detail.contains("tells success") })
        let overlay = "method: taobao.note.send\n" + imported.proposals.joined(separator: "\n") + "\n"
        let entry = try Entry.read(
            page: CatalogFile(name: "taobao.note.send.yaml", text: imported.yaml),
            overlay: CatalogFile(name: "taobao.note.send.overlay.yaml", text: overlay))
        #expect(entry.judgement.hasRules)
    }

    @Test("Without one the import warns")
    func nothingTellsSuccess() throws {
        let imported = try ImportedPage(page("taobao.note.send", response: "note String abc 备注"))
        #expect(imported.warnings.contains { $0.detail.contains("nothing in the response tells success") })
    }

    @Test("A parameter with a reserved name is left out with a warning")
    func reservedName() throws {
        let imported = try ImportedPage(
            page("taobao.note.send", response: "note String abc 备注", parameter: "session"))
        #expect(imported.warnings.contains { $0.row == "session" && $0.detail.contains("left out") })
        #expect(imported.yaml.contains("request: []"))
        let entry = try Entry.read(page: CatalogFile(name: "p.yaml", text: imported.yaml), overlay: nil)
        #expect(entry.request.isEmpty)
    }
}
