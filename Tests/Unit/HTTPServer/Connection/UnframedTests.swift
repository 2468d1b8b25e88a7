import HTTPServer
import TestSupport
import Testing

@Suite("Answers whose every byte is the responder's")
struct UnframedTests {
    @Test("The connection goes on after one that is complete")
    func connectionGoesOnAfterOneThatIsComplete() async throws {
        try await serving { port, _, server in
            let client = try RawClient(port: port)
            try client.send(get("/unframed") + get("/x"))
            let expected = HTTPAnswer(status: 299, headers: [("content-length", "9")], body: Array("broken-of".utf8))
            #expect(try client.answer() == expected)
            #expect(try client.answer().text == "GET /x - 0")
            #expect(server.metrics.runningRequests.value == 0)
        }
    }

    @Test("One that is broken off ends with a plain end of the connection, in the middle of its body")
    func brokenOff() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(get("/unframed/close"))
            #expect(try client.readToEnd() == "HTTP/1.1 299 Own\r\nContent-Length: 9\r\n\r\nbro")
            #expect(!client.wasReset)
        }
    }
}
