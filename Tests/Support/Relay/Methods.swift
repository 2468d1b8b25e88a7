package import Catalog
package import Curl
package import JSON
package import Problems
import Relay
import Testing

/// The methods that the tests call: the catalog's own, and one that only reads.
package enum Methods {
    /// Needs a session; writes; has no idempotency id.
    package static let lease = "tmall.car.lease.freedownpayment.put"
    /// Needs a session; has private values.
    package static let carProfile = "tmall.aliauto.carprofile.sync"
    /// Needs no session; recognises a repetition by its request id; some items may fail.
    package static let cards = "alibaba.alsc.crm.card.batch.sell"
    /// Needs no session; reports its result later.
    package static let addresses = "taobao.logistics.address.ability.tms.async"
    /// Needs no session; only reads.
    package static let stock = "test.stock.get"

    package static let catalog = Result { try Catalog.embedded(with: [stockPage, stockOverlay]) }

    package static func entry(_ method: String) throws -> Entry {
        try #require(try catalog.get().entry(method: method))
    }

    /// Maps a body that must be valid.
    package static func mapped(_ method: String, _ body: String? = nil) throws -> MappedCall {
        let entry = try entry(method)
        let document = try JSONDocument(body.map { Array($0.utf8) } ?? entry.exampleRequest())
        guard case .mapped(let call) = entry.map(document) else {
            Issue.record("the body is refused: \(body ?? "the example")")
            throw CatalogError([])
        }
        return call
    }

    private static let stockPage = CatalogFile(
        name: "test.stock.get.yaml",
        text: """
            method: test.stock.get
            title: 查询库存
            category: 测试
            description: 查询
            session: none
            request:
              - {name: item_id, type: Number, required: true, example: '1', description: '商品ID'}
              - {name: phone, type: String, required: false, example: '13700000000', description: '电话'}
            response_root: test_stock_get_response
            response:
              - {name: quantity, type: Number, example: '1', description: '数量'}

            """)
    private static let stockOverlay = CatalogFile(
        name: "test.stock.get.overlay.yaml",
        text: """
            method: test.stock.get
            reads: true
            request:
              phone: {sensitive: phone}

            """)
}

/// Bodies of calls.
package enum Body {
    package static let lease = """
        {"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":9007199254740993,\
        "time_range_list":[{"amount":100,"endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"}]}
        """
    package static let cards = """
        {"param_batch_open_card_open_req":{"physical_card_ids":["6217000011112222"],"request_id":"r-1","brand_id":"3",\
        "shop_id":"4","operator_id":"2312332"}}
        """
    package static let stock = #"{"item_id":1,"phone":"13712345678"}"#
}

/// Answers of TOP.
package enum Answers {
    package static let leaseSuccess = """
        {"tmall_car_lease_freedownpayment_put_response":{"result":{"success":true,"object":true,"msg_code":"1"},\
        "request_id":"16fx"}}
        """
    package static let leaseFailure = """
        {"tmall_car_lease_freedownpayment_put_response":{"result":{"success":false,"msg_code":"E7",\
        "msg_info":"no such item"},"request_id":"16fy"}}
        """

    package static func error(
        _ code: Int, _ subCode: String? = nil, message: String = "Remote service error", subMessage: String? = nil
    ) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error_response")
        writer.beginObject()
        writer.name("code")
        writer.integer(code)
        writer.name("msg")
        writer.string(message)
        writer.optional("sub_code", subCode)
        writer.optional("sub_msg", subMessage)
        writer.optional("request_id", "16ez")
        writer.endObject()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension CurlResult {
    /// An answer of TOP.
    package static func answer(_ body: String, status: Int = 200) -> CurlResult {
        CurlResult(
            outcome: .answered(status: status, contentType: "text/javascript", body: Array(body.utf8)),
            mayHaveBeenSent: true)
    }

    /// No answer.
    package static func failure(_ kind: CurlFailure.Kind, code: Int32 = 28, sent: Bool) -> CurlResult {
        CurlResult(
            outcome: .failed(CurlFailure(code: code, kind: kind, description: "what curl said")),
            mayHaveBeenSent: sent)
    }
}

extension Problem {
    /// The document, read back.
    package func read() throws -> JSONValue { try JSONDocument(document).root }
}

extension Reply {
    /// The body, read back.
    package func read() throws -> JSONValue { try JSONDocument(body).root }

    /// The value of a header; nil without one.
    package subscript(header name: String) -> String? { headers.first { $0.0 == name }?.1 }
}
