import HTTPServer
import TestSupport
import Testing

@Suite("More clients than slots")
struct SlotTests {
    /// Connections that are admitted and send nothing.
    private func idle(_ count: Int, port: Int, _ server: HTTPServer) async throws -> [RawClient] {
        let clients = try (0..<count).map { _ in try RawClient(port: port) }
        try await eventually { server.metrics.admittedConnections.value == count }
        return clients
    }

    private func full(_ configuration: inout HTTPServer.Configuration, slots: Int, refusals: Int = 2) {
        configuration.maximumConnections = slots
        configuration.maximumRefusals = refusals
        configuration.evictableTime = .zero
    }

    @Test("A request takes the slot of the connection that has been idle longest", arguments: [1, 3])
    func longestIdle(loops: Int) async throws {
        try await serving(loops: loops) {
            full(&$0, slots: 3)
        } _: { port, _, server in
            let clients = try await idle(3, port: port, server)
            for client in [clients[1], clients[2]] {
                try client.send(get("/x"))
                #expect(try client.answer().status == 200)
            }
            let late = try RawClient(port: port)
            try late.send(post("/echo", "late") + post("/echo", "later"))
            #expect(try late.answer().text == "late")
            #expect(try late.answer().text == "later")
            if loops == 1 {
                #expect(try clients[0].isAtEnd())
                #expect(!clients[0].wasReset)
            }
            #expect(server.metrics.evictedIdleConnections.value == 1)
            #expect(server.metrics.refusedConnections.value == 0)
            #expect(server.metrics.admittedConnections.value == 3)
        }
    }

    @Test("A slot is found on another loop, and the connection is served there")
    func otherLoop() async throws {
        try await serving(loops: 2) {
            full(&$0, slots: 2)
        } _: { port, responder, server in
            // The first connection goes to the second loop: equal ones take turns.
            let clients = try await idle(2, port: port, server)
            var loops: [String] = []
            for client in clients {
                try client.send(get("/loop"))
                loops.append(try client.answer().text)
            }
            #expect(loops == ["1", "0"])
            // The acceptor's own loop has nothing idle.
            try clients[1].send(get("/held"))
            try await responder.waitForHeld(1)
            let late = try RawClient(port: port)
            try late.send(get("/loop"))
            #expect(try late.answer().text == "1")
            #expect(try clients[0].isAtEnd())
            responder.release()
            #expect(try clients[1].answer().text == "released")
        }
    }

    @Test("A request that arrives in pieces on a surplus connection is served whole")
    func requestInPieces() async throws {
        try await serving {
            full(&$0, slots: 1)
        } _: { port, _, server in
            let idle = try await idle(1, port: port, server)
            let late = try RawClient(port: port)
            let request = post("/echo", "abcdef")
            for piece in [request.prefix(9), request.dropFirst(9).dropLast(4), request.suffix(4)] {
                try late.send(String(piece))
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try late.answer().text == "abcdef")
            #expect(try idle[0].isAtEnd())
        }
    }

    @Test("Without an idle connection a request is refused, and none that is busy is closed", arguments: [1, 2])
    func busyConnections(loops: Int) async throws {
        try await serving(loops: loops) {
            full(&$0, slots: 3)
        } _: { port, responder, server in
            let clients = try await idle(3, port: port, server)
            try clients[0].send(get("/held"))
            try clients[1].send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Le")
            try clients[2].send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
            try await responder.waitForHeld(1)
            try await eventually { responder.heads.contains("/echo") }
            let late = try RawClient(port: port)
            try late.send(post("/echo", "late"))
            #expect(try late.answer().status == 503)
            #expect(try late.isAtEnd())
            try clients[1].send("ngth: 3\r\n\r\nabc")
            try clients[2].send("cde")
            #expect(try clients[1].answer().text == "abc")
            #expect(try clients[2].answer().text == "abcde")
            responder.release()
            #expect(try clients[0].answer().text == "released")
            #expect(server.metrics.evictedIdleConnections.value == 0)
            #expect(server.metrics.refusedConnections.value == 1)
            #expect(!responder.paths.contains("late"))
        }
    }

    @Test("A connection that was idle for less than the least time keeps its slot")
    func justIdle() async throws {
        try await serving {
            full(&$0, slots: 1)
            $0.evictableTime = .seconds(60)
        } _: { port, _, server in
            let first = try await idle(1, port: port, server)[0]
            let late = try RawClient(port: port)
            try late.send(get("/x"))
            #expect(try late.answer().status == 503)
            try first.send(get("/x"))
            #expect(try first.answer().status == 200)
        }
    }

    @Test("Connections that send nothing take no slot from others, and the oldest surplus one gives way")
    func silentCrowd() async throws {
        try await serving {
            full(&$0, slots: 1, refusals: 3)
        } _: { port, _, server in
            let kept = try await idle(1, port: port, server)[0]
            let crowd = try (0..<40).map { _ in try RawClient(port: port) }
            for client in crowd {
                #expect(try client.answer().status == 503)
                #expect(try client.isAtEnd())
                #expect(!client.wasReset)
            }
            #expect(server.metrics.evictedIdleConnections.value == 0)
            #expect(server.metrics.refusedConnections.value == 40)
            #expect(server.metrics.evictedSurplusConnections.value > 0)
            try kept.send(get("/x"))
            #expect(try kept.answer().status == 200)
        }
    }

    @Test("A client is served at once though idle ones hold every slot and keep coming")
    func amongIdle() async throws {
        try await serving(loops: 2) {
            full(&$0, slots: 4, refusals: 2)
            // Nothing but eviction makes room during the test.
            $0.lingerTimeout = .seconds(60)
        } _: { port, _, server in
            var crowd = try (0..<60).map { _ in try RawClient(port: port) }
            for number in 0..<40 {
                crowd += try (0..<3).map { _ in try RawClient(port: port) }
                let client = try RawClient(port: port)
                try client.send(post("/echo", "\(number)", "Connection: close\r\n"))
                #expect(try client.answer().text == "\(number)")
            }
            #expect(server.metrics.evictedIdleConnections.value > 0)
            #expect(server.metrics.acceptShortages.value == 0)
        }
    }

    @Test("A surplus client with a request that waits for its rest is refused, not forgotten")
    func slowSurplus() async throws {
        try await serving {
            full(&$0, slots: 1, refusals: 1)
        } _: { port, responder, server in
            let kept = try await idle(1, port: port, server)[0]
            let slow = try RawClient(port: port)
            try slow.send("GET /slow HTTP/1.1\r\nHo")
            try await eventually { server.metrics.openConnections.value == 2 }
            let next = try RawClient(port: port)
            #expect(try slow.answer().status == 503)
            #expect(try next.answer().status == 503)
            #expect(!responder.heads.contains("/slow"))
            try kept.send(get("/x"))
            #expect(try kept.answer().status == 200)
        }
    }

    @Test("A client with many connections and requests on few slots always gets 200 or 503")
    func connectionStorm() async throws {
        try await serving(loops: 3) {
            full(&$0, slots: 3, refusals: 3)
        } _: { port, _, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        for _ in 0..<100 {
                            let client = try RawClient(port: port)
                            try client.send(post("/echo", "\(number)"))
                            let answer = try client.answer()
                            #expect(answer.status == 503 || answer.text == "\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(server.metrics.admittedConnections.value == 0)
            #expect(server.metrics.runningRequests.value == 0)
        }
    }
}
