import HTTPServer
import TestSupport
import Testing

@Suite struct BodyLimitTests {
    @Test("An announced body over the limit is refused at once, without a go-ahead, and the connection closes")
    func announcedBodyOverLimit() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 413)
            #expect(answer.text == "/echo|The body is longer than 1048576 bytes.")
            #expect(answer["connection"] == "close")
            #expect(try client.isAtEnd())
            #expect(responder.paths.isEmpty)
            #expect(server.metrics.refusedRequests[413]?.value == 1)
        }
    }

    @Test("A client that sends 2 MB without waiting can read its 413")
    func clientThatSends2() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(post("/echo", String(repeating: "x", count: 2_000_000)))
            #expect(try client.answer().status == 413)
            #expect(try client.isAtEnd())
        }
    }

    @Test("A chunked body over the limit is refused when it passes the limit")
    func chunkedBodyOverLimit() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n")
            try client.send("1\r\nx\r\n0\r\n\r\n")
            #expect(try client.answer().text == "/small|The body is longer than 10 bytes.")
            #expect(try client.isAtEnd())
        }
    }

    @Test("Bodies of exactly the limit are served")
    func bodiesOfExactlyLimit() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(post("/small", "0123456789"))
            #expect(try client.answer().text == "POST /small - 10")
            try client.send(
                "POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")
            #expect(try client.answer().text == "POST /small - 10")
        }
    }

    @Test("After a refusal only so much input is dropped, then the connection is cut")
    func afterRefusalOnlySoMuch() async throws {
        try await serving { configuration in
            configuration.lingerBytes = 100_000
        } _: { port, _, server in
            let client = try RawClient(port: port)
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n")
            #expect(try client.answer().status == 413)
            let sent = client.sendWhilePossible([UInt8](repeating: 120, count: 50_000_000))
            #expect(sent < 50_000_000)
            try await eventually { server.metrics.openConnections.value == 0 }
        }
    }

    @Test("After a refusal a client that does not close is disconnected in time")
    func lingerTime() async throws {
        try await serving { configuration in
            configuration.lingerTimeout = .milliseconds(100)
        } _: { port, _, server in
            let client = try RawClient(port: port)
            try client.send("rubbish\r\n\r\n")
            #expect(try client.answer().status == 400)
            try await eventually { server.metrics.openConnections.value == 0 }
        }
    }
}
