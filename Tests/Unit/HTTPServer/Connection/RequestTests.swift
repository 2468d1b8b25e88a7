import HTTPServer
import TestSupport
import Testing

@Suite struct RequestTests {
    @Test("A request gets its response, and the connection serves the next one")
    func keepAlive() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            for body in ["one", "", "zwölf"] {
                try client.send(post("/echo", body))
                let answer = try client.answer()
                let length = (name: "content-length", value: "\(body.utf8.count)")
                let fields = answer.headers.filter { $0.name != "date" }
                #expect(answer.headers.count == 2 && fields.elementsEqual([length]) { $0 == $1 }, "\(answer)")
                #expect(answer.status == 200 && answer.body == Array(body.utf8))
            }
        }
    }

    @Test("Path and query are handed over undecoded; an absolute target is understood")
    func pathAndQueryAreHanded() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            for (target, seen) in [
                ("/a%2Fb?x=%20&y", "GET /a%2Fb x=%20&y 0"), ("/a?", "GET /a  0"),
                ("HTTP://other:1/p?q", "GET /p q 0"), ("http://other", "GET / - 0"), ("http://other?q", "GET / q 0"),
            ] {
                try client.send(get(target))
                #expect(try client.answer().text == seen)
            }
        }
    }

    @Test("A chunked body arrives whole, extensions and trailers left out")
    func chunkedBodyArrivesWhole() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n")
            try client.send("2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n")
            #expect(try client.answer().text == "abcde")
            try client.send(get("/next"))
            #expect(try client.answer().text == "GET /next - 0")
        }
    }

    @Test("A body of 1 MiB goes there and back, in pieces")
    func largeBody() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            let body = String(repeating: "0123456789abcdef", count: 65536)
            try client.send(post("/echo", body))
            #expect(try client.answer().text == body)
        }
    }

    @Test("A request that comes byte by byte is understood")
    func byteByByte() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            for byte in post("/echo", "abc").utf8 { try client.send([byte]) }
            #expect(try client.answer().text == "abc")
        }
    }

    @Test("HEAD gets the length of the body without the body")
    func headGetsLengthOfBody() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try client.answer(toHead: true)
            #expect(answer["content-length"] == "11")
            try client.send(get("/y"))
            #expect(try client.answer().text == "GET /y - 0")
        }
    }

    @Test("A 204 has no Content-Length")
    func noContent() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(get("/none"))
            let answer = try client.answer()
            #expect(answer.status == 204 && answer.headers.map(\.name) == ["date"] && answer.body.isEmpty)
            try client.send(get("/y"))
            #expect(try client.answer().status == 200)
        }
    }

    @Test("Connection: close, HTTP/1.0 and a closing response end the connection; HTTP/1.0 may keep it")
    func connectionCloseHTTP1() async throws {
        try await serving { port, _, _ in
            for request in [
                get("/x", "Connection: close\r\n"), "GET /x HTTP/1.0\r\n\r\n", get("/close"),
                get("/x", "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"),
            ] {
                let client = try RawClient(port: port)
                try client.send(request)
                let answer = try client.answer()
                #expect(answer.status == 200 && answer["connection"] == "close")
                #expect(try client.isAtEnd())
            }
            let old = try RawClient(port: port)
            for _ in 0..<2 {
                try old.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try old.answer()["connection"] == "keep-alive")
            }
        }
    }

    @Test("Expect: 100-continue gets its go-ahead before the body, and the response after it")
    func expectContinue() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
            #expect(try client.answer().status == 100)
            try client.send("abc")
            #expect(try client.answer().text == "abc")
            // Nothing to wait for: no go-ahead.
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.answer().status == 200)
        }
    }

    @Test("A field that would break out of its line stays in it, and the server's own fields are its own")
    func responseFields() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(get("/fields"))
            let answer = try client.answer()
            let fields = answer.headers.filter { $0.name != "date" }.map { "\($0.name)=\($0.value)" }.sorted()
            #expect(fields == ["content-length=0", "x-cut=a  X-Evil: b", "x-good=ü"])
        }
    }

    @Test("A second reply to the same request changes nothing")
    func secondReplyToSameRequest() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(get("/twice") + get("/x"))
            #expect(try client.answer().text == "first")
            #expect(try client.answer().text == "GET /x - 0")
        }
    }
}
