import HTTP1
import Testing
import Time

@testable import HTTPServer

@Suite("The text of answers")
struct ResponseHeadWriterTests {
    /// The plain way: one text, put together anew.
    private func plain(_ response: ServerResponse, _ framing: ResponseFraming, date: String) -> [UInt8] {
        let reasons = [200: "OK", 204: "No Content", 304: "Not Modified", 422: "Unprocessable Content", 599: "Status"]
        var text = "HTTP/1.1 \(response.status) \(reasons[response.status] ?? "")\r\nDate: \(date)\r\n"
        let tokens = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for (name, value) in response.headers {
            guard !name.isEmpty, name.utf8.allSatisfy(tokens.contains) else { continue }
            if ["date", "connection", "content-length", "transfer-encoding"].contains(name.lowercased()) { continue }
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

    @Test("A response is written as a plain text of it would be, by a writer that has written others")
    func answerIsWrittenAsPlain() throws {
        var generator = SystemRandomNumberGenerator()
        let names = [
            "Content-Type", "X-Request-Id", "", "a b", "naïve", "Connection", "content-LENGTH", "Date",
            "Transfer-Encoding",
            "Trailer-Encoding", "x:", "~!#$%&'*+-.^_`|",
        ]
        let values = [
            "", "application/json", "a\r\nSet-Cookie: b", "\u{0}\u{7F}\t", "浙A8B7Y1",
            String(repeating: "v", count: 300),
        ]
        var writer = ResponseHeadWriter()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...4, using: &generator)
            let headers = (0..<count).map { _ in (names.randomElement() ?? "", values.randomElement() ?? "") }
            let body = [UInt8](repeating: 0x78, count: [0, 1, 9, 10, 99, 100, 12_345].randomElement() ?? 0)
            let response = ServerResponse(
                status: [200, 204, 304, 422, 599].randomElement() ?? 200, headers: headers, body: body)
            let framing = ResponseFraming(
                isHead: .random(), connection: [.implied, .keepAlive, .close].randomElement() ?? .close,
                body: [.whole, .whole, .chunked, .untilClose].randomElement() ?? .whole)
            // A writer that has no reason to look at the clock again keeps its date.
            let rest = writer.write(response, framing, now: 0)
            let date = HTTPDate.text(epochSeconds: Int(WallClock.milliseconds() / 1000))
            #expect(writer.head.count == plain(response, framing, date: date).count - rest.count)
            let shown = try #require(Self.date(in: writer.head))
            #expect(writer.head + rest == plain(response, framing, date: shown))
        }
    }

    private static func date(in head: [UInt8]) -> String? {
        String(decoding: head, as: UTF8.self).split(separator: "\r\n").first { $0.hasPrefix("Date: ") }
            .map { String($0.dropFirst(6)) }
    }

    @Test("The date is that of the clock, and is made anew when its second has passed")
    func dateOfClock() throws {
        var line = DateLine()
        let before = WallClock.milliseconds() / 1000
        let first = String(decoding: line.bytes(now: 5), as: UTF8.self)
        let after = WallClock.milliseconds() / 1000
        let possible = (before...after).map { "Date: \(HTTPDate.text(epochSeconds: Int($0)))\r\n" }
        #expect(possible.contains(first))
        #expect(String(decoding: line.bytes(now: 5), as: UTF8.self) == first)
        let later = String(decoding: line.bytes(now: 5 + 1_000_000_000), as: UTF8.self)
        let last = WallClock.milliseconds() / 1000
        #expect((before...last).map { "Date: \(HTTPDate.text(epochSeconds: Int($0)))\r\n" }.contains(later))
    }
}
