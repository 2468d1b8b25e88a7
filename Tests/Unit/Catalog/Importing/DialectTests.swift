import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("Request examples in other languages than Java")
struct DialectTests {
    private func page(_ example: String) throws -> Entry {
        let text = """
            taobao.dialect.test (方言)
            公共参数
            请求参数
            名称 类型 是否必须 示例值 更多限制 描述
            fields String 必须 a b c 需要返回的字段
            page_no Number 可选 页码
            order OrderDTO 必须 订单
              • items
              • ItemDTO []
              • 可选
              • 商品
              • └ name
              • String
              • 可选
              • 手机
              • └ memo
              • String
              • 可选
              • 尽快 发货
              • 备注
            响应参数
            名称 类型 示例值 描述
            请求示例
            • JAVA
            \(example)
            响应示例
            <dialect_test_response>
            </dialect_test_response>
            异常示例
            """
        let imported = try ImportedPage(text)
        #expect(!imported.isPartial, "\(imported.warnings)")
        return try Entry.read(page: CatalogFile(name: "page.yaml", text: imported.yaml))
    }

    @Test(
        "C# and PHP tell nesting, cells and session like Java",
        arguments: [
            """
            ITopClient client = new DefaultTopClient(url, appkey, secret);
            DialectTestRequest req = new DialectTestRequest();
            req.Fields = "a b c";
            DialectTestRequest.OrderDTODomain obj1 = new DialectTestRequest.OrderDTODomain();
            List<DialectTestRequest.ItemDTODomain> list3 = new List<DialectTestRequest.ItemDTODomain>();
            DialectTestRequest.ItemDTODomain obj4 = new DialectTestRequest.ItemDTODomain();
            list3.Add(obj4);
            obj4.Name = "手机";
            obj1.Items = list3;
            obj1.Memo = "尽快 发货";
            req.Order_ = obj1;
            DialectTestResponse rsp = client.Execute(req, sessionKey);
            Console.WriteLine(rsp.Body);
            """,
            """
            $c = new TopClient;
            $c->appkey = $appkey;
            $c->secretKey = $secret;
            $req = new DialectTestRequest;
            $req->setFields("a b c");
            $obj1 = new OrderDTO;
            $obj2 = new ItemDTO;
            $obj2->name="手机";
            $obj1->items = $obj2;
            $obj1->memo="尽快 发货";
            $req->setOrder(json_encode($obj1));
            $resp = $c->execute($req, $sessionKey);
            """,
        ])
    func cAndPHPTell(example: String) throws {
        let entry = try page(example)
        #expect(entry.session == .required)
        #expect(entry.request.map(\.name) == ["fields", "page_no", "order"])
        #expect(entry.request[0].example == "a b c")
        #expect(entry.request[1].description == "页码")
        #expect(entry.request[2].children.map(\.name) == ["items", "memo"])
        #expect(entry.request[2].children[0].children.map(\.example) == ["手机"])
    }

    @Test("Curl tells the top rows' cells and the session")
    func curlTellsTopRows() throws {
        let entry = try page(
            """
            curl -X POST 'http://gw.api.taobao.com/router/rest' \\
            -H 'Content-Type:application/x-www-form-urlencoded;charset=utf-8' \\
            -d 'app_key=12129701' \\
            -d 'method=taobao.dialect.test' \\
            -d 'session=1' \\
            -d 'fields=a b c'
            """)
        #expect(entry.session == .required)
        #expect(entry.request[0].example == "a b c")
        #expect(entry.request[0].description == "需要返回的字段")
        #expect(entry.request[1].description == "页码")
    }
}
