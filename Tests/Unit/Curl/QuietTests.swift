import Curl
import EventLoop
import Foundation
import TestSupport
import Testing

/// What a failed or finished transfer leaves on its loop: nothing that runs.
@Suite("Quiet after a transfer")
struct QuietTests {
    /// How a gateway can fail a call.
    enum Gateway: String, CaseIterable, Sendable {
        case answers, hangs, stopsHalfway, cuts, resets, speaksNoHTTP, sendsTooMuch, sendsBadGzip
    }

    @Test(
        "The loop sleeps after each kind of transfer, whatever became of the transfer",
        arguments: Gateway.allCases)
    func isQuiet(gateway: Gateway) async throws {
        let server = try ScriptedServer { connection in Self.serve(connection, gateway) }
        try await CurlWorker.with { worker in
            let result = await worker.perform(.post(server.url()), milliseconds: 400)
            #expect((result.failure == nil) == (gateway == .answers))
            try await Self.expectQuiet(worker)
        }
    }

    @Test("The loop sleeps after transfers that never connect")
    func isQuietWithoutConnection() async throws {
        let listener = try ScriptedServer.listen(backlog: 1)
        let closedPort = ScriptedServer.port(of: listener)
        close(listener)
        let silent = try ScriptedServer.listen(backlog: 16)
        defer { close(silent) }
        let urls = [
            "http://127.0.0.1:\(closedPort)/", "http://\(String(repeating: "a", count: 70)).example/",
            // The handshake of TLS is never answered.
            "https://127.0.0.1:\(ScriptedServer.port(of: silent))/",
        ]
        for url in urls {
            try await CurlWorker.with { worker in
                let result = await worker.perform(.post(url), milliseconds: 300)
                #expect(result.failure != nil)
                #expect(!result.mayHaveBeenSent)
                try await Self.expectQuiet(worker)
            }
        }
    }

    @Test("A client goes on after a timed-out transfer: the next transfers time out and succeed as they should")
    func goesOn() async throws {
        let hanging = try ScriptedServer { connection in Self.serve(connection, .hangs) }
        let answering = try ScriptedServer.answering(answer("ok"))
        try await CurlWorker.with { worker in
            for _ in 0..<3 {
                let late = await worker.perform(.post(hanging.url()), milliseconds: 150)
                #expect(late.failure?.kind == .timeout(.call))
                #expect(await worker.perform(.post(answering.url())).text == "200 ok")
            }
            try await Self.expectQuiet(worker)
        }
    }

    @Test("An idle connection that its peer closes does not stay in CLOSE_WAIT", arguments: [false, true])
    func closeWait(sendsFirst: Bool) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write(answer("ok"))
            // Unsolicited bytes before the end.
            if sendsFirst { connection.write("unasked") }
        }
        try await CurlWorker.with { worker in
            for _ in 0..<3 {
                #expect(await worker.perform(.post(server.url())).text == "200 ok")
                // A request that meets the peer's close is lost, so the next one waits for the end of the connection.
                while await worker.idleConnections > 0 { await worker.nap(.milliseconds(5)) }
            }
            try await until(worker.loop) { try Self.openSockets(to: server.port) == 0 }
            try await Self.expectQuiet(worker)
            #expect(await worker.perform(.post(server.url())).text == "200 ok")
            #expect(server.requests.count == 4)
        }
    }

    /// A loop that spins takes tens of thousands of turns in this time, also on a busy machine.
    private static func expectQuiet(_ worker: CurlWorker) async throws {
        await worker.nap(.milliseconds(50))
        let turns = worker.loop.turns
        await worker.nap(.milliseconds(400))
        #expect(worker.loop.turns - turns < 50)
    }

    private static func serve(_ connection: ScriptedServer.Connection, _ gateway: Gateway) {
        _ = connection.readRequest()
        switch gateway {
        case .answers: connection.write(answer("ok"))
        case .hangs: connection.waitForEnd()
        case .stopsHalfway:
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            connection.waitForEnd()
        case .cuts: break
        case .resets: connection.resetOnClose()
        case .speaksNoHTTP: connection.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        case .sendsTooMuch: connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n")
        case .sendsBadGzip:
            connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone")
        }
    }

    /// Sockets of the machine that their owners have not closed, connected to a peer on this port: established, or
    /// closed by the peer only.
    private static func openSockets(to port: UInt16) throws -> Int {
        let peer = ":" + String(port, radix: 16, uppercase: true)
        return try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n").dropFirst().count {
            let fields = $0.split(separator: " ")
            return fields.count > 3 && fields[2].hasSuffix(peer) && ["01", "08"].contains(fields[3])
        }
    }
}
