import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct DrainTests {
    @Test("Once closing is announced, every response closes its connection, and new ones are still accepted")
    func onceClosingIsAnnounced() async throws {
        try await serving { port, _, server in
            let early = try RawClient(port: port)
            try early.send(get("/x"))
            #expect(try early.answer()["connection"] == nil)
            server.announceClose()
            for client in [early, try RawClient(port: port)] {
                try client.send(get("/x"))
                #expect(try client.answer()["connection"] == "close")
                #expect(try client.isAtEnd())
            }
        }
    }

    @Test("When accepting stops, idle connections close and new ones are refused, but requests in work are answered")
    func stopAccepting() async throws {
        try await serving { port, responder, server in
            let idle = try RawClient(port: port)
            let busy = try RawClient(port: port)
            try busy.send(get("/held"))
            try await responder.waitForHeld(1)
            await server.stopAccepting()
            #expect(try idle.isAtEnd())
            #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
            responder.release()
            #expect(try busy.answer()["connection"] == "close")
            #expect(try busy.isAtEnd())
        }
    }

    @Test("A drain waits for requests in work and ends when they are answered")
    func drainWaitsForRequests() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/held"))
            try await responder.waitForHeld(1)
            async let drained: Void = server.shutDown()
            try await Task.sleep(for: .milliseconds(50))
            #expect(server.metrics.runningRequests.value == 1)
            responder.release()
            #expect(try client.answer().text == "released")
            client.close()
            await drained
            #expect(server.metrics.openConnections.value == 0)
        }
    }

    @Test("A drain gives up on requests that take too long, and a reply after that does no harm")
    func drainGivesUpOnRequests() async throws {
        try await serving { configuration in
            configuration.drainTimeout = .milliseconds(100)
        } _: { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/held"))
            try await responder.waitForHeld(1)
            await server.shutDown()
            #expect(try client.isAtEnd())
            responder.release()
        }
    }

    @Test("As a service it ends on a graceful shutdown")
    func asServiceItEnds() async throws {
        let loop = try EventLoop(name: "http")
        defer { loop.shutdown() }
        let server = HTTPServer(
            configuration: .init(address: .tcp(host: "127.0.0.1", port: 0)), loops: [loop], responder: TestResponder(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        async let ended: Void = group.run()
        try await eventually { server.port != nil }
        let client = try RawClient(port: try #require(server.port))
        try client.send(get("/x"))
        #expect(try client.answer().status == 200)
        await group.triggerGracefulShutdown()
        try await ended
        #expect(try client.isAtEnd())
    }

    @Test("An address that is taken is reported with its name")
    func addressThatIsTaken() async throws {
        try await serving { port, _, _ in
            let loop = try EventLoop(name: "http")
            defer { loop.shutdown() }
            let second = HTTPServer(
                configuration: .init(address: .tcp(host: "127.0.0.1", port: port)), loops: [loop],
                responder: TestResponder(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: ListenError.self) { try await second.start() }
            #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): ") == true)
        }
    }
}
