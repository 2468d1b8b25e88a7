import HTTPServer
import TestSupport
import Testing

@Suite struct TimeoutTests {
    @Test("A head that does not arrive in time gets 408")
    func headThatDoesNotArrive() async throws {
        try await serving { configuration in
            configuration.headTimeout = .milliseconds(100)
        } _: { port, responder, server in
            let client = try RawClient(port: port)
            try client.send("GET /x HTTP/1.1\r\nHost:")
            #expect(try client.answer().status == 408)
            #expect(try client.isAtEnd())
            #expect(responder.paths.isEmpty)
            #expect(server.metrics.refusedRequests[408]?.value == 1)
        }
    }

    @Test("A head that drips in does not buy time with each byte")
    func headThatDripsInDoesNotBuy() async throws {
        try await serving { configuration in
            configuration.headTimeout = .milliseconds(200)
        } _: { port, _, server in
            let client = try RawClient(port: port)
            var drops = 0
            while server.metrics.refusedRequests[408]?.value == 0, drops < 500 {
                try? client.send(drops == 0 ? "G" : drops == 1 ? "ET /" : "x")
                drops += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(drops < 500)
            #expect(try client.answer().status == 408)
        }
    }

    @Test("A body that does not arrive in time gets 408")
    func bodyThatDoesNotArrive() async throws {
        try await serving { configuration in
            configuration.bodyTimeout = .milliseconds(100)
        } _: { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
            let answer = try client.answer()
            #expect(answer.status == 408)
            #expect(answer.text.hasPrefix("/echo|"))
        }
    }

    @Test("An idle connection is closed without a word, before and after a request")
    func idleConnectionIsClosed() async throws {
        try await serving { configuration in
            configuration.idleTimeout = .milliseconds(300)
        } _: { port, _, server in
            let silent = try RawClient(port: port)
            let served = try RawClient(port: port)
            try served.send(get("/x"))
            #expect(try served.answer().status == 200)
            #expect(try silent.readToEnd().isEmpty)
            #expect(try served.readToEnd().isEmpty)
            #expect(server.metrics.idleTimeouts.value == 2)
        }
    }

    @Test("Work is not idleness: a request may take longer than the idle time")
    func workIsNotIdleness() async throws {
        try await serving { configuration in
            configuration.idleTimeout = .milliseconds(300)
        } _: { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send(get("/held"))
            try await responder.waitForHeld(1)
            try await Task.sleep(for: .milliseconds(700))
            responder.release()
            #expect(try client.answer().text == "released")
        }
    }

    @Test("A request that the responder forgets ends with its connection")
    func requestThatResponderForgets() async throws {
        try await serving { configuration in
            configuration.responseTimeout = .milliseconds(100)
        } _: { port, _, server in
            let client = try RawClient(port: port)
            try client.send(get("/forgotten"))
            #expect(try client.readToEnd().isEmpty)
            #expect(server.metrics.responseTimeouts.value == 1)
        }
    }

    @Test("A client that does not read its response is disconnected")
    func clientThatDoesNotRead() async throws {
        try await serving { configuration in
            configuration.writeTimeout = .milliseconds(100)
            configuration.minimumWriteRate = 1024 * 1024 * 1024
        } _: { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/big") + get("/next"))
            try await eventually { server.metrics.writeTimeouts.value == 1 }
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(responder.paths == ["/big"])
        }
    }

    @Test("A client that reads late still gets all of a large response, and then the next")
    func clientThatReadsLate() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/big") + get("/next"))
            try await eventually { !responder.paths.isEmpty }
            try await Task.sleep(for: .milliseconds(100))
            #expect(responder.paths == ["/big"])
            #expect(try client.answer().body.count == 8 * 1024 * 1024)
            #expect(try client.answer().text == "GET /next - 0")
            #expect(server.metrics.writeTimeouts.value == 0)
        }
    }
}
