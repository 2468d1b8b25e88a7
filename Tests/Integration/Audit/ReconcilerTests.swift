import Postgres
import TestSupport
import Testing

@testable import Audit

/// Intents that arrive long after their calls' time, each with half a minute for its call.
@Suite struct ReconcilerTests {
    private static let minute: Int64 = 60_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    private func late(_ now: Int64, _ ages: [Int64], on connection: PostgresConnection) async throws -> [CallID] {
        var ids: [CallID] = []
        for age in ages {
            let call = KnownCall(callID(now - age))
            try await call.insert(on: connection)
            ids.append(call.id)
        }
        _ = try await connection.query("SELECT pg_stat_force_next_flush()")
        return ids
    }

    /// Takes turns until this many intents are closed.
    private func close(_ count: Int, _ reconciler: inout ReconciliationSchedule, on connection: PostgresConnection)
        async throws
        -> Int
    {
        var (closed, turns) = (0, 0)
        while closed < count, turns < 500 {
            closed += try await reconciler.turn(on: connection)
            turns += 1
            try await Task.sleep(for: .milliseconds(20))
        }
        return closed
    }

    private func prepare(_ connection: PostgresConnection) async throws {
        try await connection.execute(
            "SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 9) AS n")
        _ = try await ReconciliationQueries.run(on: connection)
    }

    @Test("Intents of a minute, of hours and of days ago are closed as unknown, and listed")
    func atFirst() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let ids = try await trail.database.withConnection(trail.loop) { connection in
                try await prepare(connection)
                let ages = [Self.minute, 10 * Self.minute, 3 * Self.hour, 20 * Self.hour, 2 * Self.day, 6 * Self.day]
                let ids = try await late(now, ages, on: connection)
                var reconciler = ReconciliationSchedule()
                #expect(try await close(ids.count, &reconciler, on: connection) == ids.count)
                return ids
            }
            let rows = try await reader.list(TrailQuery()).rows
            #expect(rows.map(\.id) == ids && rows.allSatisfy { $0.outcome == "unknown" && $0.isReconciled })
        }
    }

    @Test("A day to which intents come after it was looked through is looked through again")
    func dayToWhichIntents() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                try await prepare(connection)
                var reconciler = ReconciliationSchedule()
                _ = try await late(now, [2 * Self.day, 5 * Self.day], on: connection)
                #expect(try await close(2, &reconciler, on: connection) == 2)
                _ = try await late(now, [3 * Self.day, 5 * Self.day], on: connection)
                #expect(try await close(2, &reconciler, on: connection) == 2)
                #expect(try await trail.number("SELECT count(*) FROM audit.calls WHERE outcome = 'unknown'") == 4)
            }
        }
    }

    @Test("An earlier day's call whose time is not up is closed when it is")
    func notYetOver() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                try await prepare(connection)
                let day = try #require(
                    try await connection.query("SELECT to_char(audit.day(now()) - 3, 'YYYYMMDD')")[0][0].text)
                try await KnownCall(callID(now - 3 * Self.day), deadline: now + Self.hour).insert(on: connection)
                let before = try await ReconciliationQueries.run(day: day, on: connection, timeout: .seconds(10))
                #expect(before.closed == 0 && before.open == 1)
                try await connection.execute("UPDATE audit.intents SET deadline = at")
                let after = try await ReconciliationQueries.run(day: day, on: connection, timeout: .seconds(10))
                #expect(after.closed == 1 && after.open == 0)
            }
        }
    }

    @Test("A call under way of a replica whose clock is behind is listed as open")
    func callUnderWayOfReplica() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let call = KnownCall(callID(now - 2 * Self.minute), deadline: now + 10 * Self.minute)
            try await trail.database.withConnection(trail.loop) { connection in
                try await prepare(connection)
                try await call.insert(on: connection)
                var reconciler = ReconciliationSchedule()
                #expect(try await reconciler.turn(on: connection) == 0)
                let view = try await connection.query(
                    "SELECT outcome FROM audit_api.calls WHERE at > now() - interval '1 day'")
                #expect(view.map { $0[0].text } == ["open"])
            }
            #expect(try await reader.list(TrailQuery()).rows.map(\.outcome) == ["open"])
        }
    }
}
