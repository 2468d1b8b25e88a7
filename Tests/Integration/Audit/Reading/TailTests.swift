import Locks
import Postgres
import TestSupport
import Testing

@testable import Audit

/// Following the trail: every call that ends is given once.
@Suite struct TailTests {
    private func take(_ tail: inout CallChangeFeed, _ reader: TrailReader) async throws -> [CallSummary] {
        var rows: [CallSummary] = []
        repeat { rows += try await tail.next(from: reader).map(\.row) } while tail.hasMore
        return rows
    }

    private func ended(_ milliseconds: Int64, _ rows: KnownCall.Rows = .ended) -> KnownCall {
        var call = KnownCall(callID(milliseconds))
        call.rows = rows
        return call
    }

    @Test("A call is given when it has ended, and not what ended before")
    func callIsGivenWhenItHasEnded() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let (old, new) = (ended(now - 5000), ended(now - 1000))
            let open = ended(now - 2000, .open)
            try await trail.database.withConnection(trail.loop) { connection in
                try await old.insert(on: connection)
                try await open.insert(on: connection)
                var tail = try await reader.tail(TrailQuery())
                #expect(try await take(&tail, reader).isEmpty)
                try await new.insert(on: connection)
                #expect(try await take(&tail, reader).map(\.id) == [new.id])
                #expect(try await take(&tail, reader).isEmpty)
                try await open.insertRow(source: 1, "rejected", 422, connection)
                #expect(try await take(&tail, reader).map(\.outcome) == ["rejected"])
                #expect(try await take(&tail, reader).isEmpty)
            }
        }
    }

    @Test("A row whose transaction began before a look and ended after it is not lost")
    func lateCommit() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let (slow, quick) = (ended(now - 9000), ended(now - 1000))
            var tail = try await reader.tail(TrailQuery())
            try await trail.database.withConnection(trail.loop) { first in
                try await first.execute("BEGIN")
                try await slow.insert(on: first)
                try await trail.database.withConnection(trail.loop) { try await quick.insert(on: $0) }
                #expect(try await take(&tail, reader).map(\.id) == [quick.id])
                try await first.execute("COMMIT")
                #expect(try await take(&tail, reader).map(\.id) == [slow.id])
                #expect(try await take(&tail, reader).isEmpty)
            }
        }
    }

    @Test("A call that the reconciler closed is given once, and both rows at once count as the replica's")
    func callThatReconcilerClosed() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let (closed, both) = (ended(now - 2000, .reconciled), ended(now - 1000, .both))
            var tail = try await reader.tail(TrailQuery())
            var successes = TrailQuery()
            successes.outcome = "success"
            var onlySuccesses = try await reader.tail(successes)
            try await trail.database.withConnection(trail.loop) { connection in
                try await closed.insert(on: connection)
                try await both.insert(on: connection)
                let rows = try await take(&tail, reader)
                #expect(Set(rows.map(\.outcome)) == ["unknown", "success"] && rows.count == 2)
                #expect(try await take(&onlySuccesses, reader).map(\.id) == [both.id])
                try await closed.insertRow(source: 1, "success", 200, connection)
                #expect(try await take(&tail, reader).isEmpty)
                #expect(try await take(&onlySuccesses, reader).map(\.id) == [closed.id])
            }
        }
    }

    @Test("Calls that ended long after they came are given as soon as a look goes back so far")
    func veryLate() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let forgotten = ended(now - 7_200_000, .reconciled)
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    "UPDATE audit.reconciliation SET closed_before = now() - interval '3 hours'")
                var tail = try await reader.tail(TrailQuery())
                try await forgotten.insert(on: connection)
                #expect(try await take(&tail, reader).map(\.id) == [forgotten.id])
            }
            let later = CallChangeFeed.Checkpoint(
                snapshot: try await reader.checkpoint().snapshot, milliseconds: now - CallChangeFeed.thoroughPause,
                openSince: now)
            let older = ended(now - 20 * 3_600_000)
            var tail = try CallChangeFeed(TrailQuery(), from: later)
            try await trail.database.withConnection(trail.loop) { try await older.insert(on: $0) }
            #expect(try await take(&tail, reader).map(\.id) == [older.id])
            #expect(try await take(&tail, reader).isEmpty)
        }
    }

    @Test(
        "Calls of minutes, of hours and of earlier days whose rows come now are given, each once, and no call of before"
    )
    func earlierDays() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let (minute, hour) = (Int64(60_000), Int64(3_600_000))
            let ages = [2 * minute, 15 * minute, 3 * hour, 20 * hour, 49 * hour, 6 * 24 * hour]
            try await trail.database.withConnection(trail.loop) { connection in
                func insert(_ calls: [KnownCall]) async throws {
                    for call in calls { try await call.insert(on: connection) }
                    _ = try await connection.query("SELECT pg_stat_force_next_flush()")
                }
                try await connection.execute(
                    "SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 9) AS n")
                try await insert(ages.map { ended(now - $0 - minute) })
                var tail = try await reader.tail(TrailQuery())
                for round in 0..<2 {
                    let late = ages.map { ended(now - $0 - Int64(round)) }
                    try await insert(late)
                    var given: [CallID] = []
                    var looks = 0
                    while given.count < late.count, looks < 400 {
                        given += try await take(&tail, reader).map(\.id)
                        looks += 1
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(Set(given) == Set(late.map(\.id)) && given.count == late.count)
                }
                for _ in 0..<30 {
                    #expect(try await take(&tail, reader).isEmpty)
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }
    }

    @Test("While many write, each of their calls is given exactly once, over more than a page")
    func exactlyOnce() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            var filter = TrailQuery()
            filter.caller = "shop"
            var tail = try await reader.tail(filter)
            let finished = Locked(0)
            let writers = (0..<4).map { writer in
                Task {
                    try await onLoop { loop in
                        try await trail.database.withConnection(loop) { connection in
                            var random = Seeded(seed: UInt64(writer))
                            for batch in 0..<10 {
                                try await connection.execute("BEGIN")
                                for _ in 0..<60 {
                                    var call = KnownCall(
                                        CallID.make(
                                            epochMilliseconds: now - Int64.random(in: 0..<300_000, using: &random),
                                            using: &random))
                                    call.rows = .ended
                                    call.caller = batch == 3 ? "crm" : "shop"
                                    try await call.insert(on: connection)
                                }
                                try await connection.execute("COMMIT")
                            }
                        }
                    }
                    finished.withLock { $0 += 1 }
                }
            }
            var ids: [CallID] = []
            var rounds = 0
            while finished.withLock({ $0 }) < 4, rounds < 100_000 {
                ids += try await take(&tail, reader).map(\.id)
                rounds += 1
            }
            for writer in writers { try await writer.value }
            ids += try await take(&tail, reader).map(\.id)
            #expect(ids.count == 4 * 9 * 60 && Set(ids).count == ids.count)
            // All at once, in pages.
            var late = try CallChangeFeed(
                filter,
                from: CallChangeFeed.Checkpoint(snapshot: DatabaseSnapshot(""), milliseconds: now, openSince: nil))
            let first = try await late.next(from: reader)
            #expect(first.count == CallChangeFeed.pageRows && late.hasMore)
            let rest = try await take(&late, reader)
            #expect(Set(first.map(\.row.id) + rest.map(\.id)) == Set(ids) && first.count + rest.count == ids.count)
        }
    }

    @Test("Calls that ended within one millisecond are each given once over several pages")
    func sameMillisecond() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            var tail = try await reader.tail(TrailQuery())
            let count = CallChangeFeed.pageRows + 200
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute("BEGIN")
                for call in 0..<count { try await ended(now - 100_000 + Int64(call)).insert(on: connection) }
                // The later a call was received, the earlier it ended.
                try await connection.execute(
                    """
                    UPDATE audit.calls SET finished_at = date_trunc('milliseconds', now()) + made.microseconds * interval '1 microsecond'
                    FROM (SELECT id, 900 - row_number() OVER (ORDER BY id) % 900 AS microseconds FROM audit.calls) AS made
                    WHERE made.id = calls.id
                    """)
                try await connection.execute("COMMIT")
            }
            let ids = try await take(&tail, reader).map(\.id)
            #expect(ids.count == count && Set(ids).count == count)
        }
    }
}
