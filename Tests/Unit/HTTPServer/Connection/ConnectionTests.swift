import HTTPServer
import TestSupport
import Testing

@Suite struct ConnectionTests {
    @Test("Connections over the limit get 503 with Retry-After, those before them are served")
    func connectionsOverLimitGet() async throws {
        try await serving { configuration in
            configuration.maximumConnections = 2
            configuration.evictableTime = .seconds(60)
        } _: { port, _, server in
            let first = try RawClient(port: port)
            let second = try RawClient(port: port)
            try await eventually { server.metrics.openConnections.value == 2 }
            let third = try RawClient(port: port)
            try third.send(post("/echo", "abc"))
            let answer = try third.answer()
            #expect(answer.status == 503 && answer["retry-after"] == "1")
            #expect(try third.isAtEnd())
            third.close()
            #expect(server.metrics.refusedConnections.value == 1)
            for client in [first, second] {
                try client.send(get("/x"))
                #expect(try client.answer().status == 200)
            }
            first.close()
            try await eventually { server.metrics.openConnections.value == 1 }
            let fourth = try RawClient(port: port)
            try fourth.send(get("/x"))
            #expect(try fourth.answer().status == 200)
        }
    }

    @Test("Connections over both limits get their 503 even if they send nothing")
    func connectionsOverBothLimits() async throws {
        try await serving { configuration in
            configuration.maximumConnections = 1
            configuration.maximumRefusals = 1
            configuration.evictableTime = .seconds(60)
        } _: { port, _, server in
            let first = try RawClient(port: port)
            try await eventually { server.metrics.admittedConnections.value == 1 }
            let others = try (0..<5).map { _ in try RawClient(port: port) }
            for other in others {
                #expect(try other.answer().status == 503)
                other.close()
            }
            #expect(server.metrics.refusedConnections.value == 5)
            try first.send(get("/x"))
            #expect(try first.answer().status == 200)
        }
    }

    @Test("A client that goes away does not end its request; the response is dropped", arguments: [true, false])
    func clientThatGoesAway(byReset: Bool) async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(post("/held", "abc"))
            try await responder.waitForHeld(1)
            if byReset { client.reset() } else { client.close() }
            if byReset { try await eventually { server.metrics.openConnections.value == 0 } }
            #expect(server.metrics.runningRequests.value == 1)
            responder.release()
            try await eventually { server.metrics.runningRequests.value == 0 }
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(server.metrics.droppedResponses.value == (byReset ? 1 : 0))
        }
    }

    @Test("A client that has sent all and closed its side gets its answers")
    func halfClosed() async throws {
        try await serving { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send(get("/held") + get("/x"))
            client.endOutput()
            try await responder.waitForHeld(1)
            responder.release()
            #expect(try client.answer().text == "released")
            let last = try client.answer()
            #expect(last.text == "GET /x - 0")
            #expect(try client.isAtEnd())
        }
    }

    @Test("Many connections at once on several event loops")
    func manyConnectionsAtOnce() async throws {
        try await serving(loops: 3) { port, _, server in
            let clients = try (0..<200).map { _ in try RawClient(port: port) }
            for (number, client) in clients.enumerated() { try client.send(post("/echo", "\(number)")) }
            for (number, client) in clients.enumerated() { #expect(try client.answer().text == "\(number)") }
            #expect(server.metrics.acceptedConnections.value == 200)
        }
    }

    @Test("After a request to upgrade, further input is left alone and the response still comes")
    func afterRequestToUpgrade() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(post("/held", "abc", "Connection: upgrade\r\nUpgrade: websocket\r\n"))
            try await responder.waitForHeld(1)
            try client.send([UInt8](repeating: 0x81, count: 50_000))
            responder.release()
            let answer = try client.answer()
            #expect(answer.text == "released" && answer["connection"] == "close")
            client.close()
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(responder.paths == ["/held"])
        }
    }

    @Test("A Unix socket serves like a port, also when a socket file is left from before")
    func unixSocket() async throws {
        let path = "/tmp/toprelay-http-test-\(UInt64.random(in: 0...UInt64.max)).sock"
        for _ in 0..<2 {
            try await serving { configuration in
                configuration.address = .unix(path: path)
            } _: { _, _, server in
                #expect(server.port == nil)
                let client = try RawClient(path: path)
                try client.send(post("/echo", "abc"))
                #expect(try client.answer().text == "abc")
            }
        }
        RawClient.remove(path)
    }
}
