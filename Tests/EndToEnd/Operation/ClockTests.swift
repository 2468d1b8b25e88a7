import Foundation
import JSON
import TestSupport
import Testing

/// Replicas under libfaketime, whose wall clock is ahead of PostgreSQL's. Their monotonic clock is the machine's.
///
/// A replica whose clock is behind does not start to listen under libfaketime. `ClockOffsetTests` tests that direction.
/// That direction is tested with an injected clock: `VaultWatcherTests` and `ReadinessTests`.
@Suite("A replica whose clock is wrong", .bounded)
struct ClockTests {
    private static let libraries = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ]

    /// The environment that moves a replica's wall clock by a number of seconds.
    private func clock(_ seconds: Int) throws -> [String: String] {
        let library = try #require(Self.libraries.first { FileManager.default.fileExists(atPath: $0) })
        return [
            "LD_PRELOAD": library, "FAKETIME": String(format: "%+d", seconds), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        ]
    }

    @Test("Ten minutes ahead: calls are refused with the reason, and /readyz has it too")
    func tenMinutesAhead() async throws {
        let stage = try await Stage.make(start: false)
        let relay = try await stage.startRelay(try clock(600), isReady: false)
        try await eventually("the clock is compared") {
            guard let answer = try? await relay.get("/readyz"), answer.status == 503 else { return false }
            let check = answer.json["checks"]?["clock"]?.string ?? ""
            return check.contains(/(599|600|601) s ahead of PostgreSQL's; .*300 s/)
        }
        let example = Example.rental()
        let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
        #expect(answer.status == 503 && answer.problem == "audit-unavailable", "\(answer)")
        let detail = answer.json["detail"]?.string ?? ""
        #expect(detail.contains(/clock differs from the database's by (599|600|601) s; nothing was sent/), "\(detail)")
        #expect(try await stage.traces(of: example.marker) == 0)
        #expect(relay.log.contains("Clock differs from PostgreSQL's"))
        let metric = try await relay.get("/metrics").text
        #expect(metric.contains(/toprelay_clock_offset_seconds (599|600|601)/))
        await stage.stop()
    }

    @Test("Nearly five minutes ahead and killed during a call: the call is closed by PostgreSQL's clock")
    func nearlyFiveMinutesAhead() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "5"])
        let settings = try clock(280).merging(["TOPRELAY_CALL_TIMEOUT": "5"]) { _, own in own }
        let relay = try await stage.startRelay(settings)
        let example = Example.rental()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let answer = try? relay.post(example.path, example.body, token: stage.tokens.caller)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        relay.child.kill()
        #expect(await answer == nil)
        try await eventually("the call is closed", within: .seconds(200)) {
            try await stage.trail(with: example.marker).first?.outcome == "unknown"
        }
        let row = try await stage.query(
            """
            SELECT c.finished_at < i.at AS is_early, i.at > i.made_at + interval '4 minutes' AS is_ahead
            FROM audit.calls AS c JOIN audit.intents AS i USING (at, id) WHERE i.request LIKE '%\(example.marker)%'
            """
        ).first
        #expect(row?["is_early"]?.bool == true && row?["is_ahead"]?.bool == true)
        await stage.stop()
    }
}
