import Foundation
import JSON
import TestSupport
import Testing

@Suite("Many large calls at once", .bounded)
struct LargeCallTests {
    private static let textBytes = 500_000
    private static let count = 55

    /// A call whose body is one long list; its text does not compress to nothing.
    private func example() -> Example {
        var example = Example.rental()
        var text = ""
        text.reserveCapacity(Self.textBytes + 16)
        while text.utf8.count < Self.textBytes { text += String(UInt64.random(in: 0..<UInt64.max), radix: 36) }
        example.body = example.body.replacingOccurrences(of: #""extra":"{}""#, with: #""extra":"\#(text)""#)
        return example
    }

    @Test("All are recorded and sent once, and need little more memory than their bodies")
    func allAreRecordedAndSent() async throws {
        let stage = try await Stage.make(start: false)
        let relay = try await stage.startRelay(["TOPRELAY_CALL_TIMEOUT": "300"])
        #expect(try await stage.call(example()).status == 200)
        let before = try relay.peakMegabytes()
        let examples = (0..<Self.count).map { _ in example() }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for example in examples { group.addTask { try await stage.call(example).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == Self.count, "\(statuses.filter { $0 != 200 })")
        for example in examples { #expect(stage.gateway.calls(with: example.marker).count == 1) }
        let bodies = (Self.count * Self.textBytes) >> 20
        let grown = try relay.peakMegabytes() - before
        #expect(grown <= 2 * bodies, "\(bodies) MB of bodies took \(grown) MB")
        await stage.stop()
    }

    @Test("Those that find no room in time are refused, counted, and not sent")
    func thoseThatFindNoRoom() async throws {
        let stage = try await Stage.make(start: false)
        let relay = try await stage.startRelay(["TOPRELAY_CALL_TIMEOUT": "8", "TOPRELAY_WORKERS": "1"])
        let hold = "BEGIN; LOCK TABLE audit.intents IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)"
        async let held: Void = stage.cluster.execute(hold, in: stage.database)
        try await eventually("the intents are locked") {
            let sleepers = "query LIKE '%pg_sleep(600)' AND state = 'active'"
            let mine = "datname = current_database() AND wait_event = 'PgSleep'"
            return try await stage.query("SELECT pid FROM pg_stat_activity WHERE \(mine) AND \(sleepers)").count == 1
        }
        let examples = (0..<30).map { _ in example() }
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for example in examples { group.addTask { try await stage.call(example) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        _ = try await stage.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND wait_event = 'PgSleep'")
        _ = try? await held
        #expect(answers.allSatisfy { $0.status == 503 })
        let overloaded = answers.filter { $0.problem == "overloaded" }
        // Eight bodies fit in 4 MiB.
        #expect(overloaded.count == examples.count - 8)
        #expect(overloaded.allSatisfy { $0["Retry-After"] == "5" && $0.json["retryable"]?.bool == true })
        #expect(examples.allSatisfy { stage.gateway.calls(with: $0.marker).isEmpty })
        let metrics = try await relay.get("/metrics").text
        #expect(metrics.contains("toprelay_limit_hits_total{limit=\"large_calls\"} \(overloaded.count)\n"))
        try await eventually("calls succeed again") { try await stage.call(example()).status == 200 }
        await stage.stop()
    }
}
