import TestSupport
import Testing

@testable import HTTP1

@Suite("Requests are parsed strictly")
struct RequestParserTests {
    private static let pipeline =
        "POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-One:\t1 \r\nContent-Length: 3\r\n\r\nabc"
        + "POST /t HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "3;x=y;q=\"a b\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
        + "HEAD * HTTP/1.1\r\nHost:\r\n\r\n"

    private static let options = "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("Pipelined requests are read with their targets, fields and bodies")
    func pipelinedRequestsAreRead() {
        let reading = Reading.requests([bytes(Self.pipeline.replacing("HEAD *", with: "HEAD /x"))])
        #expect(reading.error == nil && reading.isComplete)
        #expect(
            reading.messages == [
                Message("POST /a?b=c 1.1", ["Host": "h", "X-One": "1", "Content-Length": "3"], bytes("abc")),
                Message("POST /t 1.1", ["Host": "h", "Transfer-Encoding": "Chunked"], bytes("abc0123456789")),
                Message("HEAD /x 1.1", ["Host": ""]),
            ])
        #expect(Reading.requests([bytes(Self.options)]).messages.map(\.start) == ["OPTIONS * 1.0", "GET / 1.1"])
    }

    @Test("The reading does not depend on how the input is split", arguments: 1...3)
    func readingDoesNotDepend(seed: UInt64) {
        var generator = Seeded(seed: seed)
        let good = bytes(Self.pipeline.replacing("HEAD *", with: "HEAD /x"))
        for input in [good, bytes(Self.pipeline), bytes(Self.options)] {
            let whole = Reading.requests([input])
            #expect(Reading.requests(input.map { [$0] }) == whole)
            for _ in 0..<200 { #expect(Reading.requests(split(input, &generator)) == whole) }
        }
    }

    @Test("Mutated input gives the same reading however it is split", arguments: 1...3)
    func mutatedSplits(seed: UInt64) {
        var generator = Seeded(seed: seed)
        for _ in 0..<3000 {
            let input = Mutations.request(&generator)
            let whole = Reading.requests([input])
            #expect(Reading.requests(split(input, &generator)) == whole, "\(input)")
        }
    }

    @Test("Each byte of a head matters: a head that is cut anywhere is not complete")
    func eachByteOfHead() {
        let head = bytes("GET /a HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n")
        for count in 1..<head.count {
            let reading = Reading.requests([Array(head.prefix(count))])
            #expect(reading == Reading(), "\(count)")
        }
    }

    @Test(
        "A target is split at its first question mark, and an absolute one loses scheme and host",
        arguments: [
            ("/", "/", nil), ("/a?", "/a", ""), ("/a?b=?&c", "/a", "b=?&c"), ("HTTP://host/p?q", "/p", "q"),
            ("http://host", "/", nil), ("https://host:1?q", "/", "q"), ("http://[::1]:80/x", "/x", nil),
            ("//a", "//a", nil),
        ] as [(String, String, String?)])
    func targetIsSplitAtItsFirst(target: String, path: String, query: String?) throws {
        var parser = RequestParser()
        let input = bytes("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        var position = 0
        guard case .head(let head) = try parser.next(input.span, at: &position) else {
            Issue.record("no head")
            return
        }
        #expect(head.path == path && head.query == query)
        #expect(position == input.count)
        #expect(try parser.next(input.span, at: &position) == .end)
        #expect(parser.isBetweenRequests)
    }

    @Test(
        "A target that is not an absolute path is refused",
        arguments: [
            "?x", "x", "*", "/a#b", "/\u{FC}", "/\u{7F}", "http://", "http:///p", "http://?q", "ftp://host/p", "http:/",
            "http://a@b/", "http://a,b/", "http://a\\b/",
        ])
    func badTargets(target: String) {
        let reading = Reading.requests([bytes("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")])
        #expect(reading.messages.isEmpty)
        #expect(
            [.malformed(.target), .malformed(.requestLine)].contains(reading.error), "\(String(describing: reading))")
    }

    @Test("The connection goes on as version and options say; a request to upgrade is the last one")
    func keepsAlive() throws {
        for (version, fields, expected) in [
            ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, Close\r\n", false),
            ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false), ("1.1", "Connection: closed\r\n", true),
            ("1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n", false), ("1.0", "", false),
            ("1.0", "Connection: , keep-alive\r\n", true),
            ("1.0", "Connection: keep-alive, close\r\n", false),
        ] {
            var parser = RequestParser()
            var position = 0
            let event = try parser.next(
                bytes("GET / HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n").span, at: &position)
            guard case .head(let head) = event else {
                Issue.record("no head")
                continue
            }
            #expect(head.keepsAlive == expected, "\(version) \(fields)")
        }
    }

    @Test("Expect: 100-continue is noted in HTTP/1.1 alone; another expectation is an error")
    func expect100ContinueIsNoted() throws {
        for (version, value, expected) in [("1.1", "100-Continue", true), ("1.0", "100-continue", false)] {
            var parser = RequestParser()
            var position = 0
            let input = bytes("POST / HTTP/\(version)\r\nHost: h\r\nExpect: \(value)\r\nContent-Length: 1\r\n\r\n")
            guard case .head(let head) = try parser.next(input.span, at: &position) else {
                Issue.record("no head")
                continue
            }
            #expect(head.expectsContinue == expected && head.hasBody && head.contentLength == 1)
        }
        let other = Reading.requests([bytes("POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n")])
        #expect(other.error == .expectationUnsupported)
    }

    @Test("Heads may have exactly their limits, and not one byte or field more")
    func headsMayHaveExactly() {
        let limits = ParserLimits(targetBytes: 10, headBytes: 100, fields: 3)
        func read(_ text: String) -> ParseError? {
            let input = bytes(text)
            let reading = Reading.requests([input], limits: limits)
            #expect(Reading.requests(input.map { [$0] }, limits: limits) == reading)
            return reading.error
        }
        func head(_ count: Int) -> String {
            let start = "GET / HTTP/1.1\r\nHost: h\r\nX: "
            return start + String(repeating: "x", count: count - start.utf8.count - 4) + "\r\n\r\n"
        }
        #expect(read(head(100)) == nil)
        #expect(read(head(101)) == .headTooLarge)
        #expect(read(head(500)) == .headTooLarge)
        #expect(read("GET /123456789 HTTP/1.1\r\nHost: h\r\n\r\n") == nil)
        #expect(read("GET /1234567890 HTTP/1.1\r\nHost: h\r\n\r\n") == .targetTooLong)
        #expect(read("GET /" + String(repeating: "x", count: 200)) == .targetTooLong)
        #expect(read("GET / HTTP/1.1\r\nHost: h\r\nA: \r\nB: \r\n\r\n") == nil)
        #expect(read("GET / HTTP/1.1\r\nHost: h\r\nA: \r\nB: \r\nC: \r\n\r\n") == .headTooLarge)
    }

    @Test("Trailers and chunk extensions have limits of their own")
    func bodyLimits() {
        var limits = ParserLimits(headBytes: 200, fields: 4)
        limits.trailerBytes = 20
        limits.extensionBytes = 10
        func read(_ body: String) -> ParseError? {
            let input = bytes("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
            let reading = Reading.requests([input], limits: limits)
            #expect(Reading.requests(input.map { [$0] }, limits: limits) == reading)
            return reading.error
        }
        #expect(read("1;23=5678\r\na\r\n0\r\n\r\n") == nil)
        #expect(read("1;23=56789012\r\na\r\n0\r\n\r\n") == .malformed(.chunkExtension))
        #expect(read("1;23=\r\na\r\n0\r\n\r\n") == .malformed(.chunkExtension))
        #expect(read("1;23=56\r\na\r\n1;23=567\r\na\r\n0\r\n\r\n") == .malformed(.chunkExtension))
        #expect(read("0\r\nX: 6789012345678\r\n\r\n") == nil)
        #expect(read("0\r\nX: 67890123456789\r\n\r\n") == .headTooLarge)
        #expect(read("0\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\n\r\n") == .headTooLarge)
    }

    /// Cuts input into random pieces, some of them empty.
    private func split(_ input: [UInt8], _ generator: inout Seeded) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = input[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...40, using: &generator))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
