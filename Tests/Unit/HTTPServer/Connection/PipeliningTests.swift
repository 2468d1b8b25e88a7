import Foundation
import HTTPServer
import TestSupport
import Testing

@Suite struct PipeliningTests {
    @Test("Pipelined requests are answered in order, though some responses take longer")
    func pipelinedRequestsAreAnswered() async throws {
        try await serving { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send(get("/later") + get("/a") + get("/later") + post("/echo", "b") + get("/c"))
            var bodies: [String] = []
            for _ in 0..<5 { bodies.append(try client.answer().text) }
            #expect(bodies == ["later", "GET /a - 0", "later", "b", "GET /c - 0"])
            #expect(responder.paths == ["/later", "/a", "/later", "/echo", "/c"])
        }
    }

    @Test("One request is in work at a time, the next begins after its response")
    func oneAtATime() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/held") + get("/held"))
            try await responder.waitForHeld(1)
            try await Task.sleep(for: .milliseconds(50))
            #expect(responder.paths.count == 1)
            #expect(server.metrics.runningRequests.value == 1)
            responder.release()
            #expect(try client.answer().text == "released")
            try await responder.waitForHeld(1)
            responder.release()
            #expect(try client.answer().text == "released")
        }
    }

    @Test("10,000 pipelined requests are all answered, in order")
    func many10000Pipelined() async throws {
        try await serving { port, _, server in
            let client = try RawClient(port: port)
            let requests = (0..<10_000).map { get("/\($0)") }.joined()
            // On a thread of its own: it waits for the reading below, which may have the only one of the tests'
            // threads.
            Thread.detachNewThread { try? client.send(requests) }
            for number in 0..<10_000 {
                try #require(try client.answer().text == "GET /\(number) - 0")
            }
            #expect(server.metrics.requests.value == 10_000)
        }
    }

    @Test("While a request is in work, a flood of further ones stays in the kernel")
    func whileRequestIsInWork() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/held"))
            try await responder.waitForHeld(1)
            // More than all socket buffers hold: what the server does not read, the client cannot send.
            let request = get("/x" + String(repeating: "y", count: 1000))
            let requests = Array(String(repeating: request, count: 60_000).utf8)
            let sent = client.sendWhilePossible(requests)
            #expect(sent < requests.count)
            #expect(server.metrics.requests.value == 1)
            responder.release()
            #expect(try client.answer().text == "released")
            #expect(try client.answer().status == 200)
        }
    }
}
