import Postgres
import TestSupport
import Testing

@testable import Audit

/// What retention drops, and when.
@Suite struct RetentionTests {
    private func tables(_ trail: Trail, _ parent: String) async throws -> Set<String> {
        let rows = try await trail.database.rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ $1",
            [.text("^\(parent)_[0-9]{8}$")], trail.loop)
        return Set(rows.compactMap { $0[0].text })
    }

    /// The millisecond at which yesterday ended, as the trail counts days.
    private func today(_ trail: Trail) async throws -> Int64 {
        Int64(try await trail.number("SELECT (extract(epoch FROM audit.day_start(audit.day(now()))) * 1000)::bigint"))
    }

    /// How many windows of idempotency keys go at an instant. It depends on the day of the test.
    private func keyWindows(_ trail: Trail, at milliseconds: Int64) async throws -> Int {
        try await trail.number(
            "SELECT count(*) FROM audit.expired_key_windows(to_timestamp($1::bigint / 1000.0))",
            [.integer(milliseconds)])
    }

    @Test("A day goes at the very second at which its last instant is old enough, bodies before calls")
    func dayGoesAtVery() async throws {
        try await withTrail { trail in
            let day: Int64 = 86_400_000
            let yesterdayEnds = try await today(trail)
            let retention = Retention(bodyDays: 3, callDays: 5)
            let (bodies, calls) = (try await tables(trail, "intents"), try await tables(trail, "calls"))
            try await trail.database.withConnection(trail.loop) { connection in
                let early = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 3 * day - 1000)
                #expect(early == Retention.Result())
                let due = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 3 * day)
                #expect(due == Retention.Result(dropped: 3, overdue: 0))
                let again = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 3 * day)
                #expect(again == Retention.Result())
            }
            #expect(try await tables(trail, "intents").count == bodies.count - 1)
            #expect(try await tables(trail, "responses").count == bodies.count - 1)
            #expect(try await tables(trail, "calls") == calls)
            try await trail.database.withConnection(trail.loop) { connection in
                let windows = try await keyWindows(trail, at: yesterdayEnds + 5 * day - 1000)
                let early = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 5 * day - 1000)
                #expect(early.dropped == 3 + windows)
                let more = try await keyWindows(trail, at: yesterdayEnds + 5 * day)
                let due = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 5 * day)
                #expect(due.dropped == 5 + more)
            }
            #expect(try await tables(trail, "calls").count == calls.count - 1)
        }
    }

    @Test("A table that somebody reads is overdue, and goes at the next run")
    func readersAreNotWaitedFor() async throws {
        try await withTrail { trail in
            let now = try await today(trail) + 86_400_000 * 2
            let retention = Retention(bodyDays: 2, callDays: 2)
            try await trail.database.withConnection(trail.loop) { reader in
                try await reader.execute("BEGIN; SELECT count(*) FROM audit.calls")
                try await trail.database.withConnection(trail.loop) { connection in
                    let result = try await retention.run(
                        on: connection, nowMilliseconds: now, lockTimeoutMilliseconds: 50)
                    #expect(result == Retention.Result(dropped: 4, overdue: 1))
                }
                try await reader.execute("COMMIT")
            }
            try await trail.database.withConnection(trail.loop) { connection in
                let result = try await retention.run(on: connection, nowMilliseconds: now)
                #expect(result == Retention.Result(dropped: 1, overdue: 0))
                let state = try await retention.state(on: connection)
                #expect(state.overdue == 0 && state.bytes > 0 && state.oldestCallsSeconds <= 86_400)
            }
        }
    }

    @Test("Sealed requests go at the second at which their own days are over, before the bodies")
    func sealedRequestsGoAtSecond() async throws {
        try await withTrail { trail in
            let day: Int64 = 86_400_000
            let yesterdayEnds = try await today(trail)
            let retention = Retention(bodyDays: 30, callDays: 30, sealedDays: 2)
            let sealed = try await tables(trail, "sealed")
            try await trail.database.withConnection(trail.loop) { connection in
                let early = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 2 * day - 1000)
                #expect(early == Retention.Result())
                let due = try await retention.run(on: connection, nowMilliseconds: yesterdayEnds + 2 * day)
                #expect(due == Retention.Result(dropped: 1, overdue: 0))
                // Yesterday's is gone: the oldest is today's.
                let state = try await retention.state(on: connection)
                #expect(state.oldestSealedSeconds >= 0 && state.oldestSealedSeconds <= 86_400)
                #expect(state.oldestBodiesSeconds > 86_400)
            }
            #expect(try await tables(trail, "sealed").count == sealed.count - 1)
            #expect(try await tables(trail, "intents").count == sealed.count)
        }
    }

    @Test("Kept for no days, sealed requests of today go too, and a reader of them makes them overdue")
    func noSealed() async throws {
        try await withTrail { trail in
            let retention = Retention(bodyDays: 30, callDays: 30, sealedDays: 0)
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    INSERT INTO audit.sealed (id, at, key_id, bytes, sealed)
                    SELECT gen_random_uuid(), now() + ahead * interval '1 day', 1, 4, '\\x01020304'
                    FROM unnest(ARRAY[-1, 0, 0, 1]) AS ahead
                    """)
                try await trail.database.withConnection(trail.loop) { reader in
                    let today = try await reader.query("SELECT to_char(audit.day(now()), 'YYYYMMDD')")[0][0].text ?? ""
                    try await reader.execute("BEGIN; SELECT count(*) FROM audit.sealed_\(today)")
                    let held = try await retention.run(on: connection, lockTimeoutMilliseconds: 50)
                    #expect(held == Retention.Result(dropped: 1, overdue: 1))
                    #expect(try await retention.state(on: connection).overdue == 1)
                    try await reader.execute("COMMIT")
                }
                let result = try await retention.run(on: connection)
                #expect(result == Retention.Result())
                #expect(try await retention.state(on: connection).overdue == 0)
            }
            #expect(try await trail.number("SELECT count(*) FROM audit.sealed") == 0)
            // The days are there still, for when some are kept again.
            #expect(try await trail.number("SELECT audit.days_ahead()") == 14)
        }
    }

    @Test("Refusals are kept for seven days")
    func refusalsAreKeptForSeven() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    INSERT INTO audit.refusals (at, method, status, type, pointers, refs)
                    SELECT now() - age * interval '1 second', 'm', 422, 'invalid-parameters', '{}', '{}'
                    FROM unnest(ARRAY[10, 604795, 604801, 9000000]) AS age
                    """)
                _ = try await Retention(bodyDays: 1, callDays: 1).run(on: connection)
            }
            #expect(try await trail.number("SELECT count(*) FROM audit.refusals") == 2)
        }
    }
}
