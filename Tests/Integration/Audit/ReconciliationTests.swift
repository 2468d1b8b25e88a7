import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Audit

@Suite struct ReconciliationTests {
    private static let grace = Int64(ReconciliationQueries.graceSeconds) * 1000

    @Test("An intent is closed once it is past its deadline by more than the grace, and not a moment before")
    func intentIsClosedOnce() async throws {
        try await withTrail { trail in
            try await trail.frozen { connection, now in
                // PostgreSQL's now() has microseconds: the millisecond in which it lies is just not past.
                let early = KnownCall(callID(now - 60_000), deadline: now - Self.grace + 1)
                let late = KnownCall(callID(now - 60_000), deadline: now - Self.grace - 1)
                try await early.insert(on: connection)
                try await late.insert(on: connection)
                #expect(try await ReconciliationQueries.run(on: connection) == 1)
                let rows = try await connection.query("SELECT id, source, outcome, status, message FROM audit.calls")
                #expect(rows.count == 1)
                #expect(rows[0]["id"].text == late.id.text && rows[0]["source"].integer == 0)
                #expect(rows[0]["outcome"].text == "unknown" && rows[0]["status"].integer == 504)
                #expect(rows[0]["message"].text == "The replica that made the call left no result.")
            }
        }
    }

    @Test(
        "A call's time counts from PostgreSQL's clock, however wrong the replica's is",
        arguments: [-3 * 86_400_000, -3_600_000, 0, 600_000, 3_600_000, 82_800_000] as [Int64])
    func wrongClock(_ offset: Int64) async throws {
        try await withTrail { trail in
            try await trail.frozen { connection, now in
                if offset < -86_400_000 {
                    try await connection.execute(
                        "SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(2, 4) AS n")
                }
                let (over, running) = (now - 30_000 - Self.grace - 1, now - 30_000 - Self.grace + 1)
                for madeAt in [over, running] {
                    var call = KnownCall(callID(madeAt + offset))
                    call.madeAt = madeAt
                    try await call.insert(on: connection)
                }
                // Late rows of earlier days are the business of the look at whole days.
                #expect(try await ReconciliationQueries.run(on: connection, sinceSeconds: 4 * 86_400) == 1)
                let rows = try await connection.query(
                    "SELECT duration_us / 1000 AS ms, (extract(epoch FROM at) * 1000)::bigint AS at FROM audit.calls")
                #expect(rows.count == 1 && rows[0]["at"].integer == over + offset)
                #expect((45_001...45_002).contains(rows[0]["ms"].integer ?? 0), "\(rows[0]["ms"])")
            }
        }
    }

    @Test("The row repeats what the intent says, and its duration runs to the closing")
    func rowRepeatsWhatIntent() async throws {
        try await withTrail { trail in
            try await trail.frozen { connection, now in
                var call = KnownCall(callID(now - 60_000), deadline: now - 30_000)
                (call.seller, call.app, call.caller, call.method) = ("east", "cars", "crm", "a.b")
                try await call.insert(on: connection)
                _ = try await connection.query(
                    "UPDATE audit.intents SET refs = '{A,B}', client_request_id = 'c1', request_id = 'r1'")
                #expect(try await ReconciliationQueries.run(on: connection) == 1)
                let row = try #require(
                    try await connection.query(
                        """
                        SELECT caller, app, seller, method, refs::text, client_request_id, request_id, attempts,
                               duration_us / 1000 AS ms, finished_at = now() AS ends_now, keys FROM audit.calls
                        """
                    ).first)
                let texts = ["caller", "app", "seller", "method", "refs", "client_request_id", "request_id"]
                #expect(texts.map { row[$0].text } == ["crm", "cars", "east", "a.b", "{A,B}", "c1", "r1"])
                #expect(row["attempts"].integer == 1 && row["ends_now"].bool == true && row["keys"].isNull)
                #expect((60_000...60_001).contains(row["ms"].integer ?? 0))
            }
        }
    }

    @Test("Calls are looked for in the days of their intents alone, however many days are kept")
    func callsAreLookedForInDays() async throws {
        try await withTrail { trail in
            let (close, advance) = try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 9) AS n;
                    UPDATE audit.reconciliation SET closed_before = now() - interval '1 minute'
                    """)
                return try #require(try await ReconciliationQueries.statements(on: connection, sinceSeconds: 3600))
            }
            for sql in [close, advance] {
                let plan = try await trail.database.rows("EXPLAIN " + sql, [], trail.loop).compactMap { $0[0].text }
                let days = Set(plan.flatMap { $0.matches(of: /calls_(\d{8})\b/).map(\.1) })
                #expect((1...3).contains(days.count), "\(plan.joined(separator: "\n"))")
            }
        }
    }

    @Test("A second run closes nothing again, and a call that has ended is left alone")
    func onlyOnce() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            var ended = KnownCall(callID(now - 60_000), deadline: now - 30_000)
            ended.rows = .ended
            let (call, other) = (KnownCall(callID(now - 60_000), deadline: now - 30_000), ended)
            try await trail.database.withConnection(trail.loop) { connection in
                try await call.insert(on: connection)
                try await other.insert(on: connection)
                #expect(try await ReconciliationQueries.run(on: connection) == 1)
                #expect(try await ReconciliationQueries.run(on: connection, sinceSeconds: 86_400) == 0)
            }
            #expect(try await trail.number("SELECT count(*) FROM audit.calls WHERE source = 0") == 1)
        }
    }

    @Test("A late row of the replica wins over the reconciler's, for each reader")
    func lateRow() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let call = KnownCall(callID(now - 60_000), deadline: now - 30_000)
            let reader = trail.reader()
            defer { reader.close() }
            try await trail.database.withConnection(trail.loop) { connection in
                try await call.insert(on: connection)
                #expect(try await ReconciliationQueries.run(on: connection) == 1)
                #expect(try await reader.list(TrailQuery()).rows.map(\.outcome) == ["unknown"])
                try await call.insertRow(source: 1, "success", 200, connection)
            }
            #expect(try await reader.list(TrailQuery()).rows.map(\.outcome) == ["success"])
            #expect(try await reader.call(call.id)?.outcome == "success")
            var unknown = TrailQuery()
            unknown.outcome = "unknown"
            #expect(try await reader.list(unknown).rows.isEmpty)
            let view = try await trail.database.rows("SELECT outcome FROM audit.trail", [], trail.loop)
            #expect(view.map { $0[0].text } == ["success"])
        }
    }

    @Test("Two reconcilers at once close each call once")
    func twoAtOnce() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute("BEGIN")
                for number in 0..<150 {
                    try await KnownCall(callID(now - 60_000 - Int64(number)), deadline: now - 30_000)
                        .insert(on: connection)
                }
                try await connection.execute("COMMIT")
            }
            let closed = await concurrently(4, on: trail.loop) { _ in
                await Result {
                    try await trail.database.withConnection(trail.loop) { try await ReconciliationQueries.run(on: $0) }
                }
            }
            #expect(try closed.map { try $0.get() }.reduce(0, +) == 150)
            #expect(try await trail.number("SELECT count(*) FROM audit.calls") == 150)
        }
    }

    @Test("The mark moves up to half a minute ago, never over an open call, and back to one that a thorough run finds")
    func markMovesUpToHalf() async throws {
        try await withTrail { trail in
            try await trail.frozen { connection, now in
                func mark() async throws -> Int64 {
                    let sql = "SELECT (extract(epoch FROM closed_before) * 1000)::bigint FROM audit.reconciliation"
                    return try await connection.query(sql)[0][0].integer ?? 0
                }
                _ = try await ReconciliationQueries.run(on: connection)
                let free = try await mark()
                #expect(abs(free - (now - 30_000)) <= 1)
                // A call with a long time limit keeps the mark where it stands; one before the mark cannot draw it
                // back.
                _ = try await connection.query(
                    "UPDATE audit.reconciliation SET closed_before = now() - interval '20 minutes'")
                let open = KnownCall(callID(now - 600_000), deadline: now + 600_000)
                let before = KnownCall(callID(now - 1_500_000), deadline: now + 600_000)
                try await open.insert(on: connection)
                try await before.insert(on: connection)
                #expect(try await ReconciliationQueries.run(on: connection) == 0)
                #expect(try await mark() == now - 600_000)
                #expect(try await ReconciliationQueries.run(on: connection) == 0)
                #expect(try await mark() == now - 600_000)
                let view = try await connection.query("SELECT id, outcome FROM audit.trail")
                #expect(view.map { $0["id"].text } == [open.id.text])
                #expect(view.map { $0["outcome"].text } == ["open"])
                // A thorough run looks before the mark, and moves it back to what is open there.
                #expect(try await ReconciliationQueries.run(on: connection, sinceSeconds: 3600) == 0)
                #expect(try await mark() == now - 1_500_000)
                #expect(try await connection.query("SELECT id FROM audit.trail").count == 2)
            }
        }
    }

    @Test("What came in behind the mark is closed by a thorough run")
    func whatCameInBehind() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let late = KnownCall(callID(now - 3_600_000), deadline: now - 3_000_000)
            try await trail.database.withConnection(trail.loop) { connection in
                #expect(try await ReconciliationQueries.run(on: connection) == 0)
                try await late.insert(on: connection)
                #expect(try await ReconciliationQueries.run(on: connection) == 0)
                #expect(try await ReconciliationQueries.run(on: connection, sinceSeconds: 1800) == 0)
                #expect(try await ReconciliationQueries.run(on: connection, sinceSeconds: 7200) == 1)
            }
        }
    }
}
