import Foundation
import JSON
import Testing

/// Replicas under libfaketime, whose wall clock differs from PostgreSQL's. Their monotonic clock is the machine's.
@Suite("A replica whose clock is wrong", .bounded)
struct ClockTests {
    private static let libraries = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ]

    /// What moves a replica's wall clock by so many seconds.
    private func clock(_ seconds: Int) throws -> [String: String] {
        let library = try #require(Self.libraries.first { FileManager.default.fileExists(atPath: $0) })
        return [
            "LD_PRELOAD": library, "FAKETIME": String(format: "%+d", seconds), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        ]
    }

    @Test("ten minutes off, either way: calls are refused with the reason, and /readyz says so", arguments: [600, -600])
    func refused(_ seconds: Int) async throws {
        let stage = try await Stage.make(start: false)
        let relay = try await stage.startRelay(try clock(seconds), isReady: false)
        let direction = seconds > 0 ? "ahead of" : "behind"
        try await eventually("the clock is compared") {
            guard let answer = try? await relay.get("/readyz"), answer.status == 503 else { return false }
            let check = answer.json["checks"]?["clock"]?.string ?? ""
            return check.wholeMatch(of: /(599|600|601) s (ahead of|behind) PostgreSQL's; .*300 s/)?.output.2 == direction
        }
        let example = Example.rental()
        let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
        #expect(answer.status == 503 && answer.problem == "audit-unavailable", "\(answer)")
        let detail = answer.json["detail"]?.string ?? ""
        #expect(detail.contains(/clock differs from the database's by (599|600|601) s; nothing was sent/), "\(detail)")
        #expect(try await stage.traces(of: example.marker) == 0)
        #expect(relay.log.contains("The replica's clock differs from PostgreSQL's"))
        let metric = try await relay.get("/metrics").text
        #expect(metric.contains(/toprelay_clock_offset_seconds -?(599|600|601)/))
        await stage.stop()
    }

    @Test("two minutes ahead and killed during a call: the call is closed by PostgreSQL's clock, not by the replica's")
    func killed() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "5"])
        let settings = try clock(120).merging(["TOPRELAY_CALL_TIMEOUT": "5"]) { _, own in own }
        let relay = try await stage.startRelay(settings)
        // Long enough to be killed meanwhile, and a time that only the replica's own deadline would allow to be short.
        let hanging = Example.rental()
        stage.gateway.hang(hanging.marker)
        let call = Task { try? await relay.post(hanging.path, hanging.body, token: stage.tokens.caller) }
        try await eventually("the intent is there") { try await stage.trail(with: hanging.marker).count == 1 }
        relay.child.kill()
        _ = await call.value
        let begun = ContinuousClock.now
        try await eventually("the call is closed", within: .seconds(80)) {
            try await stage.trail(with: hanging.marker).first?.outcome == "unknown"
        }
        // 5 s of the call, 15 s of grace, and the reconciler's interval; the replica's clock would have taken 2 min more.
        #expect(ContinuousClock.now - begun < .seconds(80))
        await stage.stop()
    }
}
