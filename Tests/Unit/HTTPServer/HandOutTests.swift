import EventLoop
import Sockets
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Connections are handed out to loops")
struct HandOutTests {
    @Test("Each loop gets as many connections as the others, and keeps them")
    func eachLoopGetsAsMany() async throws {
        try await serving(loops: 3) { port, _, _ in
            let clients = try (0..<60).map { _ in try RawClient(port: port) }
            var counts: [String: Int] = [:]
            for _ in 0..<2 {
                counts = [:]
                for client in clients {
                    try client.send(get("/loop"))
                    counts[try client.answer().text, default: 0] += 1
                }
                #expect(counts == ["0": 20, "1": 20, "2": 20])
            }
        }
    }

    @Test("A loop whose connections have closed gets the next ones")
    func loopWhoseConnectionsHaveClosed() async throws {
        try await serving(loops: 2) { port, _, server in
            var clients = try (0..<20).map { _ in try RawClient(port: port) }
            var loops: [String] = []
            for client in clients {
                try client.send(get("/loop"))
                loops.append(try client.answer().text)
            }
            for (client, loop) in zip(clients, loops) where loop == "1" { client.close() }
            try await eventually { server.metrics.openConnections.value == 10 }
            for _ in 0..<10 {
                let client = try RawClient(port: port)
                try client.send(get("/loop"))
                #expect(try client.answer().text == "1")
                clients.append(client)
            }
        }
    }

    @Test("When accepting stops, connections that wait to be accepted are served, not reset")
    func whenAcceptingStops() async throws {
        let loop = try EventLoop(name: "http")
        defer { loop.shutdown() }
        let shared = ServerShared(
            configuration: .init(address: .tcp(host: "127.0.0.1", port: 0)), responder: TestResponder())
        let listening = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 32)
        let port = try #require(listening.port)
        let clients = try (0..<20).map { _ in try RawClient(port: port) }
        for client in clients { try client.send(get("/x")) }
        // It never begins to accept before it stops.
        let group = await loop.run {
            let load = ConnectionGroup.Load()
            let group = LoopBound(ConnectionGroup(loop: loop, loopIndex: 0, load: load, shared: shared), loop: loop)
            Acceptor(listening: listening, loop: loop, groups: [group], loads: [load], shared: shared).stop()
            return group
        }
        for client in clients { #expect(try client.answer().status == 200) }
        #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
        await loop.run { group.value.stop() }
        #expect(shared.metrics.openConnections.value == 0)
    }
}
