import HTTP1
import Testing

@testable import HTTPServer

@Suite("The text of answers")
struct AnswerWriterTests {
    /// The plain way: one text, put together anew.
    private func plain(_ response: ServerResponse, _ framing: AnswerFraming) -> [UInt8] {
        let reasons = [200: "OK", 204: "No Content", 304: "Not Modified", 422: "Unprocessable Content", 599: "Status"]
        var text = "HTTP/1.1 \(response.status) \(reasons[response.status] ?? "")\r\n"
        let tokens = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for (name, value) in response.headers {
            guard !name.isEmpty, name.utf8.allSatisfy(tokens.contains) else { continue }
            if ["connection", "content-length", "transfer-encoding"].contains(name.lowercased()) { continue }
            let clean = value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined()
            text += "\(name): \(clean)\r\n"
        }
        let hasBody = response.status != 204 && response.status != 304
        if framing.body == .chunked { text += "Transfer-Encoding: chunked\r\n" }
        if framing.body == .whole, hasBody { text += "Content-Length: \(response.body.count)\r\n" }
        switch framing.connection {
        case .implied: break
        case .keepAlive: text += "Connection: keep-alive\r\n"
        case .close: text += "Connection: close\r\n"
        }
        return Array((text + "\r\n").utf8) + (hasBody && !framing.isHead ? response.body : [])
    }

    @Test("An answer is written as a plain text of it would be, by a writer that has written others")
    func answerIsWrittenAsPlain() {
        var generator = SystemRandomNumberGenerator()
        let names = [
            "Content-Type", "X-Request-Id", "", "a b", "naïve", "Connection", "content-LENGTH", "Transfer-Encoding",
            "Trailer-Encoding", "x:", "~!#$%&'*+-.^_`|",
        ]
        let values = [
            "", "application/json", "a\r\nSet-Cookie: b", "\u{0}\u{7F}\t", "浙A8B7Y1",
            String(repeating: "v", count: 300),
        ]
        var writer = AnswerWriter()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...4, using: &generator)
            let headers = (0..<count).map { _ in (names.randomElement() ?? "", values.randomElement() ?? "") }
            let body = [UInt8](repeating: 0x78, count: [0, 1, 9, 10, 99, 100, 12_345].randomElement() ?? 0)
            let response = ServerResponse(
                status: [200, 204, 304, 422, 599].randomElement() ?? 200, headers: headers, body: body)
            let framing = AnswerFraming(
                isHead: .random(), connection: [.implied, .keepAlive, .close].randomElement() ?? .close,
                body: [.whole, .whole, .chunked, .untilClose].randomElement() ?? .whole)
            let rest = writer.write(response, framing)
            #expect(writer.head + rest == plain(response, framing))
        }
    }
}
