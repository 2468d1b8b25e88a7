import Foundation
import JSON
import TestSupport
import Testing

@Suite("No call without a record, no record lost", .bounded)
struct DurabilityTests {
    @Test("Kill -9 while a call hangs upstream: it is open at first, and unknown after a restart")
    func kill9WhileCall() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "5"])
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let answer = try? stage.call(example)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        stage.relay.child.signal(SIGKILL)
        #expect(try await stage.relay.child.wait() == .killed(SIGKILL))
        #expect(await answer == nil)
        let second = try await stage.startRelay()
        let open = try #require(try await stage.trail(with: example.marker).first)
        #expect(open.outcome == "open")
        let seen = try await second.get("/v1/calls/\(open.id)", token: stage.tokens.caller)
        #expect(seen.outcome == "open")
        let closed = try await eventually("the call is closed", within: .seconds(90)) {
            try await stage.trail(id: open.id).flatMap { $0.outcome == "open" ? nil : $0 }
        }
        #expect(closed.outcome == "unknown")
        #expect(closed.status == 504)
        #expect(closed.endedRows == 1)
        #expect(closed.request?.contains(example.marker) == true)
        let told = try await second.get("/v1/calls/\(open.id)", token: stage.tokens.caller)
        #expect(told.outcome == "unknown")
        #expect(stage.gateway.calls(with: example.marker).count == 1)
        await stage.stop()
    }

    @Test("A call that TOP never answers leaves the replica as it was: it sleeps, and finds PostgreSQL again")
    func goesOnAfterTimeout() async throws {
        let stage = try await Stage.makeApart(start: false)
        let relay = try await stage.startRelay(["TOPRELAY_CALL_TIMEOUT": "1", "TOPRELAY_WORKERS": "1"])
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        #expect(try await stage.call(example).problem == "outcome-unknown")
        // A loop that spins takes most of a core. The limit is a tenth.
        let before = try relay.child.processorTicks()
        try await Task.sleep(for: .seconds(2))
        #expect(try relay.child.processorTicks() - before < 20)
        try await stage.cluster.stop(.immediate)
        #expect(try await stage.call(.rental()).problem == "audit-unavailable")
        try await stage.cluster.start()
        try await eventually("calls succeed again") { try await stage.call(.rental()).status == 200 }
        await stage.stop()
    }

    @Test("PostgreSQL down at start: the relay stays up, says so, and serves when it comes")
    func downAtStart() async throws {
        let stage = try await Stage.makeApart(start: false)
        try await stage.cluster.stop()
        let relay = try await stage.startRelay(isReady: false)
        try await relay.waitUntilReady(503)
        #expect(try await relay.get("/livez").status == 200)
        let refused = try await stage.call(.rental())
        #expect(refused.problem == "audit-unavailable", "\(refused)")
        #expect(refused["Retry-After"] != nil)
        #expect(refused.outcome == nil)
        #expect(refused.json["retryable"]?.bool == true)
        try await stage.cluster.start()
        try await relay.waitUntilReady()
        #expect(try await stage.call(.rental()).status == 200)
        await stage.stop()
    }

    @Test("PostgreSQL goes while a call is under way: the reply comes, and the row when PostgreSQL is back")
    func awayAtTheEnd() async throws {
        let stage = try await Stage.makeApart()
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        try await eventually("the call hangs") { try await stage.gateway.hanging() == 1 }
        try await stage.cluster.stop(.immediate)
        try await stage.gateway.release()
        let answer = try await waiting
        #expect(answer.status == 200)
        #expect(answer.outcome == "success")
        let refused = try await stage.call(.rental())
        #expect(refused.problem == "audit-unavailable", "\(refused)")
        try await stage.relay.waitUntilReady(503)
        try await stage.cluster.start()
        try await stage.relay.waitUntilReady()
        let row = try await eventually("the row is there") {
            try await stage.trail(id: answer.id).flatMap { $0.outcome == "open" ? nil : $0 }
        }
        #expect(row.outcome == "success")
        #expect(row.endedRows == 1)
        #expect(row.response?.contains("0000") == true)
        #expect(stage.gateway.calls(with: example.marker).count == 1)
        #expect(try await stage.call(.rental()).status == 200)
        await stage.stop()
    }

    @Test("Stopped while rows cannot be written: exit 1, and the call is unknown later")
    func lostRows() async throws {
        let settings = ["TOPRELAY_CALL_TIMEOUT": "3", "TOPRELAY_SHUTDOWN_TIMEOUT": "4"]
        let stage = try await Stage.makeApart(settings)
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"latency","ms":1500,"contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        try await eventually("the call is sent") { !stage.gateway.calls(with: example.marker).isEmpty }
        try await stage.cluster.stop(.immediate)
        let answer = try await waiting
        #expect(answer.outcome == "success", "\(answer)")
        #expect(try await stage.relay.terminate() == .exited(1))
        #expect(stage.relay.log.contains("could not be written"))
        try await stage.cluster.start()
        try await stage.startRelay(settings)
        try await eventually("the call is closed", within: .seconds(90)) {
            try await stage.trail(id: answer.id)?.outcome == "unknown"
        }
        await stage.stop()
    }

    @Test("More calls than allowed at once: 503 before anything is written")
    func moreCallsThanAllowed() async throws {
        let stage = try await Stage.make(["TOPRELAY_WORKERS": "1", "TOPRELAY_MAX_CALLS_IN_FLIGHT": "2"])
        try await stage.gateway.order(#"{"kind":"hang","count":2}"#)
        async let first = stage.call(.rental())
        async let second = stage.call(.rental())
        try await eventually("both calls hang") { try await stage.gateway.hanging() == 2 }
        let third = Example.rental()
        let refused = try await stage.call(third, headers: [("X-Request-Id", third.marker)])
        #expect(refused.status == 503)
        #expect(refused.problem == "overloaded")
        #expect(refused["Retry-After"] != nil)
        #expect(refused.outcome == nil)
        #expect(try await stage.traces(of: third.marker) == 0)
        try await stage.gateway.release()
        #expect(try await first.status == 200)
        #expect(try await second.status == 200)
        #expect(try await stage.call(third).status == 200)
        await stage.stop()
    }

    @Test("The limit on calls at once is the replica's, exactly, however many workers it has", arguments: [1, 5])
    func exactLimit(_ limit: Int) async throws {
        let stage = try await Stage.make(["TOPRELAY_WORKERS": "4", "TOPRELAY_MAX_CALLS_IN_FLIGHT": "\(limit)"])
        try await stage.gateway.order(#"{"kind":"hang","count":0}"#)
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for _ in 0..<limit { group.addTask { try await stage.call(.rental()) } }
            try await eventually("all that may hang") { try await stage.gateway.hanging() == limit }
            for _ in 0..<8 { #expect(try await stage.call(.rental()).problem == "overloaded") }
            try await stage.gateway.release()
            for try await answer in group { #expect(answer.status == 200) }
        }
        await stage.stop()
    }

    @Test("Without partitions for today nothing is sent, and /readyz says why")
    func noPartitions() async throws {
        let stage = try await Stage.make(start: false)
        try await stage.cluster.execute(
            """
            DO $$ DECLARE part regclass; BEGIN
              FOR part IN SELECT inhrelid::regclass FROM pg_inherits
                WHERE inhparent IN ('audit.intents'::regclass, 'audit.calls'::regclass, 'audit.responses'::regclass)
              LOOP EXECUTE format('DROP TABLE %s', part); END LOOP;
            END $$;
            CREATE OR REPLACE FUNCTION audit.make_partitions(day date) RETURNS integer LANGUAGE sql AS 'SELECT 0';
            """, in: stage.database)
        let relay = try await stage.startRelay(isReady: false)
        try await relay.waitUntilReady(503)
        try await eventually("/readyz names the partitions") {
            try await relay.get("/readyz").text.contains("partitions of the audit trail are missing")
        }
        let example = Example.rental()
        let refused = try await stage.call(example)
        #expect(refused.problem == "audit-unavailable", "\(refused)")
        #expect(stage.gateway.calls(with: example.marker).isEmpty)
        await stage.stop()
    }
}
