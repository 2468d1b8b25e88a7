import Foundation
import JSON
import Logging
import Testing

@testable import Sandbox

@Suite("The sandbox as a server", .timeLimit(.minutes(2)))
struct SandboxServerTests {
    private func control(_ verb: String, _ path: String, _ body: String? = nil) -> PythonPeer.Call {
        var call = PythonPeer.Call(method: "")
        (call.verb, call.path, call.contentType) = (verb, "/_sandbox/\(path)", "application/json")
        call.rawBody = body ?? ""
        return call
    }

    @Test("Faults are ordered, listed and cleared over HTTP, and strike in order")
    func controlFaults() async throws {
        try await withSandbox { _, peer in
            let method = Example.rental.method
            let replies = try await peer.calls([
                control("POST", "faults", #"{"kind":"ban","argument":5,"method":"\#(method)"}"#),
                control("POST", "faults", #"{"kind":"code","argument":"10","count":0}"#),
                Example.cards, Example.rental, Example.rental, control("GET", "faults"),
                control("DELETE", "faults"), Example.rental,
            ])
            #expect(replies[0].status == 200 && replies[1].status == 200)
            #expect(replies[2...4].map(\.errorCode) == [10, 7, 10])
            #expect(try replies[5].json()["faults"]?.count == 1)
            #expect(replies[7].errorCode == nil)
        }
    }

    @Test("Bad orders and unknown endpoints are refused with what is wrong")
    func badControl() async throws {
        try await withSandbox({ $0.maximumFaults = 1 }) { _, peer in
            let replies = try await peer.calls([
                control("POST", "faults", #"{"kind":"nonsense"}"#), control("POST", "faults", "{"),
                control("PUT", "faults"), control("GET", "nothing"),
                control("POST", "faults", #"{"kind":"cut"}"#), control("POST", "faults", #"{"kind":"cut"}"#),
            ])
            #expect(replies.map(\.status) == [400, 400, 405, 404, 200, 429])
            #expect(try replies.filter { $0.status != 200 }.allSatisfy { try $0.json()["error"]?.string != nil })
        }
    }

    @Test("The last calls can be looked at, with session and sign masked, and only so many are kept")
    func lastCallsCanBeLooked() async throws {
        try await withSandbox({ $0.keptCalls = 2 }) { sandbox, peer in
            let bad = Example.carProfile.with(system: ["session": "secret-session"])
            let replies = try await peer.calls([Example.cards, bad, Example.carProfile, control("GET", "calls")])
            let calls = try replies[3].json()["calls"].map { Array($0.elements) } ?? []
            #expect(calls.map { $0["number"]?.lexeme } == ["2", "3"])
            #expect(calls[0]["error_code"]?.lexeme == "27")
            #expect(calls[1]["error_code"]?.isNull == true)
            #expect(calls[1]["method"]?.string == Example.carProfile.method)
            #expect(!replies[3].text.contains("secret-session") && !replies[3].text.contains("\"good\""))
            #expect(replies[3].text.contains(#"["session","***"]"#) && replies[3].text.contains(#"["sign","***"]"#))
            #expect(replies[3].text.contains("13700000000"))
            #expect(await sandbox.calls().count == 2)
        }
    }

    @Test("A body beyond the limit is refused, and the sandbox goes on")
    func largeBody() async throws {
        try await withSandbox({ $0.maximumBodyBytes = 10_000 }) { _, peer in
            let replies = try await peer.calls([
                Example.rental.with(["extra": String(repeating: "x", count: 20_000)]), Example.rental,
            ])
            #expect(replies[0].status == 413 || !replies[0].failure.isEmpty)
            #expect(replies[1].errorCode == nil)
        }
    }

    @Test("Requests that come together are answered in their order, also behind a late answer")
    func requestsThatComeTogether() async throws {
        try await withSandbox { _, peer in
            let late = Example.carProfile.with(["data_source": "sandbox:latency=50"])
            let replies = try await peer.calls([late, Example.rental, late, Example.cards], pipelined: true)
            let roots = try replies.map { try $0.json().members.first { _ in true }?.name.prefix(8) }
            #expect(roots == ["tmall_al", "alitrip_", "tmall_al", "alibaba_"])
        }
    }

    @Test("What is no HTTP ends the connection and nothing else")
    func whatIsNoHTTP() async throws {
        try await withSandbox { _, peer in
            let program = #"""
                import socket
                for junk in (b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x16\x03\x01\x00\xff"):
                    with socket.create_connection(("127.0.0.1", PORT), 10) as peer:
                        peer.sendall(junk)
                        peer.shutdown(socket.SHUT_WR)
                        while peer.recv(4096):
                            pass
                print("ended")
                """#
            let output = try await PythonPeer.run(program.replacingOccurrences(of: "PORT", with: "\(peer.port)"))
            #expect(String(decoding: output, as: UTF8.self) == "ended\n")
            #expect(try await peer.call(Example.rental).errorCode == nil)
        }
    }

    @Test("Connections beyond the limit are refused, and idle ones are closed")
    func connectionLimits() async throws {
        try await withSandbox({ ($0.maximumConnections, $0.idleSeconds) = (1, 1) }) { _, peer in
            let program = #"""
                import socket
                with socket.create_connection(("127.0.0.1", PORT), 10) as first:
                    first.sendall(b"GET /_sandbox/calls HTTP/1.1\r\nHost: a\r\n\r\n")
                    print(first.recv(12).decode())
                    with socket.create_connection(("127.0.0.1", PORT), 10) as second:
                        print(second.recv(12))
                    while first.recv(4096):
                        pass
                print("closed")
                """#
            let output = try await PythonPeer.run(program.replacingOccurrences(of: "PORT", with: "\(peer.port)"))
            #expect(String(decoding: output, as: UTF8.self) == "HTTP/1.1 200\nb'HTTP/1.1 503'\nclosed\n")
        }
    }

    @Test("It binds a free port, stops with open and hanging connections, and starts only where it can")
    func itBindsFreePort() async throws {
        try await withSandbox { sandbox, peer in
            #expect(await sandbox.port == peer.port)
            #expect(try await sandbox.start() == peer.port)
            let configuration = SandboxConfiguration(apps: [], catalog: try Methods.catalog(), port: peer.port)
            let second = SandboxServer(configuration: configuration, logger: Logger(label: "sandbox"))
            await #expect(throws: SandboxServer.StartError.self) { try await second.start() }
            await sandbox.order(FaultOrder(.hang, count: nil))
            let port = peer.port
            async let reply = Task.detached { try await PythonPeer(port: port).call(Example.rental) }.value
            while await sandbox.calls().isEmpty { await Task.yield() }
            await sandbox.stop()
            #expect(try await reply.failure == "RemoteDisconnected")
            #expect(await sandbox.port == nil)
            #expect(await sandbox.calls().isEmpty)
            #expect(await sandbox.order(FaultOrder(.cut)) == false)
        }
    }

    @Test("Run serves until its task is cancelled")
    func runServesUntilItsTask() async throws {
        let configuration = SandboxConfiguration(apps: [], catalog: try Methods.catalog())
        let sandbox = SandboxServer(configuration: configuration, logger: Logger(label: "sandbox"))
        let task = Task { try await sandbox.run() }
        while await sandbox.port == nil { await Task.yield() }
        task.cancel()
        try await task.value
        #expect(await sandbox.port == nil)
    }

    @Test("An app prints without its secret and sessions")
    func appPrintsWithoutItsSecret() {
        let app = SandboxApp(key: "4272", secret: "planted", sessions: ["planted"], expiredSessions: ["planted"])
        var dumped = ""
        dump(app, to: &dumped)
        #expect(!"\(app) \(String(reflecting: app)) \(dumped)".contains("planted"))
    }
}
