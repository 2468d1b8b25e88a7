import Foundation
import JSON
import TestSupport
import Testing

@Suite("A graceful stop", .bounded)
struct DrainTests {
    @Test("SIGTERM while a call hangs: not ready, new calls refused, the call ends with reply and row, exit 0")
    func sigtermWhileCallHangs() async throws {
        let stage = try await Stage.make()
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        stage.relay.child.signal(SIGTERM)
        try await stage.relay.waitUntilReady(503)
        #expect(try await stage.relay.get("/readyz").text.contains("stopping"))
        #expect(try await stage.relay.get("/livez").status == 200)
        let refused = try await eventually("new calls are refused") {
            let answer = try await stage.call(.rental())
            return answer.status == 200 ? nil : answer
        }
        #expect(refused.problem == "draining")
        #expect(refused.status == 503)
        #expect(refused["Retry-After"] != nil)
        #expect(refused["Connection"] == "close")
        #expect(refused.outcome == nil)
        try await stage.gateway.release()
        let answer = try await waiting
        #expect(answer.status == 200)
        #expect(answer["Connection"] == "close")
        #expect(try await stage.relay.child.wait() == .exited(0))
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.outcome == "success")
        await stage.stop()
    }

    @Test("With a delay it goes on accepting, asks connections to close, and then refuses")
    func withDelayItGoes() async throws {
        let stage = try await Stage.make(["TOPRELAY_DRAIN_DELAY": "8"])
        let keeper = Example.cards()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(keeper.marker)"}"#)
        async let waiting = stage.call(keeper)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        stage.relay.child.signal(SIGTERM)
        try await stage.relay.waitUntilReady(503)
        let accepted = try await stage.call(.carProfile())
        #expect(accepted.status == 200)
        #expect(accepted["Connection"] == "close")
        let refused = try await eventually("new calls are refused") {
            let answer = try await stage.call(.rental())
            return answer.status == 200 ? nil : answer
        }
        #expect(refused.problem == "draining")
        try await stage.gateway.release()
        #expect(try await waiting.status == 200)
        #expect(try await stage.relay.child.wait() == .exited(0))
        await stage.stop()
    }

    @Test("SIGTERM and SIGINT end an idle replica with exit 0, and an idle connection with it", arguments: [15, 2])
    func sigtermAndSIGINTEnd(_ signal: Int32) async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay()
        let connection = try RawClient(port: relay.port)
        #expect(try connection.exchange(HTTPRequest(path: "/livez")).status == 200)
        relay.child.signal(signal)
        #expect(try await relay.child.wait() == .exited(0))
        #expect(try await onThread { try connection.readToEnd() }.isEmpty)
        #expect(relay.output.isEmpty)
    }

    @Test("A call that outlives the shutdown timeout is unknown: its caller is told, its row is written, exit 0")
    func tooLong() async throws {
        let stage = try await Stage.make(["TOPRELAY_SHUTDOWN_TIMEOUT": "1", "TOPRELAY_CALL_TIMEOUT": "20"])
        #expect(stage.relay.log.contains("TOPRELAY_SHUTDOWN_TIMEOUT is less than the call timeout"))
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        stage.relay.child.signal(SIGTERM)
        let answer = try await waiting
        #expect(answer.problem == "outcome-unknown" && answer.outcome == "unknown", "\(answer)")
        #expect(try await stage.relay.child.wait() == .exited(0))
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.outcome == "unknown" && row.status == 504 && row.endedRows == 1)
        #expect(try await stage.query("SELECT FROM audit.calls WHERE source = 1").count == 1)
        #expect(stage.gateway.calls(with: example.marker).count == 1)
        await stage.stop()
    }

    @Test("A call that is cut off while PostgreSQL is away is answered, and the exit code says that its row is missing")
    func tooLongWithoutDatabase() async throws {
        let stage = try await Stage.makeApart(["TOPRELAY_SHUTDOWN_TIMEOUT": "1"])
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        try await stage.cluster.stop(.immediate)
        stage.relay.child.signal(SIGTERM)
        let answer = try await waiting
        #expect(answer.problem == "outcome-unknown", "\(answer)")
        #expect(try await stage.relay.child.wait() == .exited(1))
        try await stage.cluster.start()
        try await stage.startRelay()
        try await eventually("the call is unknown", within: .seconds(120)) {
            try await stage.trail(with: example.marker).first?.outcome == "unknown"
        }
        await stage.stop()
    }
}
