import Locks
import HTTPServer
import TestSupport
import Testing

@Suite struct RefusalTests {
    /// Sends one text and gives the status of its answer; the connection must close after it, and no request must have
    /// reached the responder.
    private func refused(_ text: String, endsOutput: Bool = false) async throws -> Int {
        let status = Locked(0)
        try await serving { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send(text)
            if endsOutput { client.endOutput() }
            let answer = try client.answer()
            status.withLock { $0 = answer.status }
            #expect(answer["connection"] == "close")
            #expect(try client.isAtEnd())
            #expect(responder.paths.isEmpty)
        }
        return status.withLock { $0 }
    }

    @Test(
        "A request that two servers could read differently is refused with 400",
        arguments: [
            "Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
            "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            "Host: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            "Host: h\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
            "Host: h\r\nContent-Length: +3\r\n\r\nabc", "Host: h\r\nContent-Length: -3\r\n\r\nabc",
            "Host: h\r\nContent-Length: 3,3\r\n\r\nabc", "Host: h\r\nContent-Length: 0x3\r\n\r\nabc",
            "Host: h\r\nContent-Length: 3 3\r\n\r\nabc", "Host: h\r\nContent-Length:\r\n\r\n",
            "Host: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "Host: h\r\nContent-Length: 18446744073709551619\r\n\r\nabc",
            "Host: h\r\nContent-Length: 9223372036854775808\r\n\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Host: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
            "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
            "Host: h\r\nX: a\r\n b\r\n\r\n", "Host: h\r\nX: a\r\n\tb\r\n\r\n", "Host: h\r\n X: a\r\n\r\n",
            "Host: h\r\nX : a\r\n\r\n", "Host: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Host: h\r\nX\r\n\r\n", "Host: h\r\n: a\r\n\r\n", "Host: h\r\nX(: a\r\n\r\n",
            "Host: h\r\nX: a\u{0}b\r\n\r\n",
            "Host: h\r\nX: a\rb\r\n\r\n", "Host: h\r\nX: a\u{1}b\r\n\r\n", "Host: h\r\nX: a\u{7f}b\r\n\r\n",
            "Host: h\nX: a\n\n", "Host: h\r\nX: a\n\r\n", "Host: h\r\n\n",
            "Host: h\r\nHost: h\r\n\r\n", "\r\n", "X: y\r\n\r\n",
            "Host: h\r\nAuthorization: a\r\nauthorization: a\r\n\r\n",
            "Host: h\r\nContent-Type: a\r\nX: y\r\nContent-type: b\r\nContent-Length: 0\r\n\r\n",
        ])
    func requestThatTwoServers(fields: String) async throws {
        #expect(try await refused("POST /echo HTTP/1.1\r\n\(fields)") == 400)
    }

    @Test(
        "A request line that is not one is refused with 400",
        arguments: [
            "\u{0}\u{1}\u{2}\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "GET\r\n\r\n",
            "get / HTTP/1.1\r\nHost: h\r\n\r\n", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET x HTTP/1.1\r\nHost: h\r\n\r\n", "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /ü HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET / HTTPS/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\n\r\nHost: h\r\n\r\n",
            "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        ])
    func requestLine(text: String) async throws {
        #expect(try await refused(text) == 400)
    }

    @Test(
        "Versions that are not HTTP/1.0 or 1.1 are refused",
        arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.1", "HTTP/1.1 x"])
    func versionsThatAreNotHTTP(version: String) async throws {
        #expect(try await refused("GET / \(version)\r\nHost: h\r\n\r\n") == 505)
    }

    @Test("A transfer coding other than chunked gets 501, another expectation 417, chunked in HTTP/1.0 400")
    func transferCodingOtherThanChunked() async throws {
        #expect(
            try await refused("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501)
        #expect(try await refused(post("/", "", "Expect: tea\r\n")) == 417)
        #expect(try await refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400)
    }

    @Test(
        "A request that ends too early gets 400",
        arguments: ["GET / HT", get("/").dropLast(2) + "", post("/echo", "abc").dropLast() + ""])
    func requestThatEndsToo(text: String) async throws {
        #expect(try await refused(text, endsOutput: true) == 400)
    }

    @Test("Targets and headers that are too long, or too many, get 414 and 431")
    func tooLong() async throws {
        let long = String(repeating: "x", count: 9000)
        #expect(try await refused(get("/" + long)) == 414)
        #expect(try await refused(get("/", "X: \(long)\r\nY: \(long)\r\nZ: \(long)\r\nA: \(long)\r\n")) == 431)
        #expect(try await refused(get("/", (0..<200).map { "X\($0): y\r\n" }.joined())) == 431)
        #expect(try await refused(get("/", String(repeating: "y", count: 40_000) + ": z\r\n")) == 431)
    }

    @Test("Headers just below the limit are served")
    func almostTooLong() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(get("/", "X: \(String(repeating: "x", count: 32_000))\r\n"))
            #expect(try client.answer().status == 200)
        }
    }

    @Test("A fault after good requests is answered after their responses")
    func faultAfterGoodRequests() async throws {
        try await serving { port, _, server in
            let client = try RawClient(port: port)
            try client.send(get("/later") + get("/a") + "rubbish\r\n\r\n")
            #expect(try client.answer().text == "later")
            #expect(try client.answer().text == "GET /a - 0")
            let answer = try client.answer()
            #expect(answer.status == 400)
            #expect(answer.text == "|The request is malformed: the method is unknown.")
            #expect(try client.isAtEnd())
            #expect(server.metrics.refusedRequests[400]?.value == 1)
        }
    }
}
