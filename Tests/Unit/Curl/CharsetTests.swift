import TestSupport
import Testing

@testable import Curl

@Suite("Answers in other character sets than UTF-8")
struct CharsetTests {
    @Test(
        "The set is the one that the Content-Type declares, however it is written",
        arguments: [
            ("text/javascript;charset=GBK", "GB18030"), ("text/html; Charset=\"gb2312\"", "GB18030"),
            ("a/b ;x=y;\tcharset = gbk", nil), ("a/b; charset=gb18030 ; q=1", "GB18030"), ("a/b;charset=Big5", "BIG5"),
            ("application/json", nil), ("application/json;charset=UTF-8", nil), ("text/html;charset=", nil),
            ("text/html;charset=gb", nil), ("text/html;charset=gbkx", nil), ("text/html;charset=../GBK", nil),
            ("text/html;xcharset=GBK", nil), ("charset=GBK", nil), ("", nil), (";;;", nil),
            ("text/html;charset=GBK//IGNORE", nil), ("text/html;charset=iso-8859-1", nil),
        ] as [(String, String?)])
    func setIsOneThatContent(contentType: String, name: String?) {
        #expect(Charset(declaredBy: contentType)?.name == name)
    }

    /// 中, 乗 (its second byte is a backslash), € and 😀 in GB 18030, with what they are.
    private static let text: ([UInt8], String) = (
        [0xD6, 0xD0, 0x81, 0x5C, 0xA2, 0xE3, 0x94, 0x39, 0xFC, 0x36], "中乗€😀"
    )

    @Test("A text becomes UTF-8; what is no character becomes U+FFFD, and nothing is lost behind it")
    func textBecomesUTF8() throws {
        let charset = try #require(Charset(declaredBy: "a/b;charset=gbk"))
        for (bytes, text) in [
            Self.text, ([], ""), (Array("plain".utf8), "plain"), ([0xD6], "\u{FFFD}"),
            ([0x61, 0xFF, 0x62], "a\u{FFFD}b"),
            ([0xD6, 0xD0, 0xD6], "中\u{FFFD}"), ([0xD6, 0x22, 0x7D], "\u{FFFD}\"}"), ([0, 0xD6, 0xD0], "\0中"),
        ] {
            #expect(charset.utf8(bytes, limit: 1000).map { String(decoding: $0, as: UTF8.self) } == text)
        }
        let many = Array(repeating: Self.text.0, count: 10_000).flatMap { $0 }
        let long = try #require(charset.utf8(many, limit: 1 << 20))
        #expect(long.elementsEqual(String(repeating: Self.text.1, count: 10_000).utf8))
    }

    @Test("The limit holds for the converted text too")
    func limitHoldsForConverted() async throws {
        let body = Array(repeating: [0xD6, 0xD0] as [UInt8], count: 500).flatMap { $0 }
        let charset = try #require(Charset(declaredBy: "a/b;charset=gbk"))
        #expect(charset.utf8(body, limit: 1500)?.count == 1500)
        #expect(charset.utf8(body, limit: 1499) == nil)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=GBK\r\nContent-Length: \(body.count)\r\n\r\n"
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.write(Array(head.utf8) + body) }
        }
        let results = try await CurlWorker.with { worker in
            var request = CurlRequest.post(server.url(), "k=v")
            request.maximumResponseBytes = 1500
            let whole = await worker.perform(request)
            request.maximumResponseBytes = 1499
            return [whole, await worker.perform(request)]
        }
        #expect(results[0].text == "200 " + String(repeating: "中", count: 500))
        guard case .failed(let failure) = results[1].outcome else {
            Issue.record("answered")
            return
        }
        #expect(failure.kind == .tooLarge && failure.code == 63 && results[1].mayHaveBeenSent)
    }
}
