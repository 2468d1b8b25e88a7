import Postgres
import TestSupport
import Testing

@testable import Audit

@Suite struct PartitionsTests {
    /// Drops the partitions of days after today, by their distance.
    private func drop(_ days: ClosedRange<Int>, _ connection: PostgresConnection) async throws {
        for day in days {
            for parent in ["intents", "calls", "responses", "sealed"] {
                let name = try await connection.query(
                    "SELECT to_char(audit.day(now()) + $1::integer, 'YYYYMMDD')", [.integer(Int64(day))])
                try await connection.execute("DROP TABLE audit.\(parent)_\(name[0][0].text ?? "")")
            }
        }
    }

    @Test("The migration makes two weeks ahead, and making them again makes nothing")
    func migrationMakesTwoWeeks() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { (connection) async throws in
                #expect(try await Partitions.daysAhead(on: connection) == Partitions.daysKeptAhead)
                #expect(try await Partitions.makeAhead(on: connection) == 0)
            }
        }
    }

    @Test("Missing days are made again, four tables a day")
    func makesMissing() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await drop(10...14, connection)
                #expect(try await Partitions.daysAhead(on: connection) == 9)
                #expect(try await Partitions.makeAhead(on: connection) == 20)
                #expect(try await Partitions.daysAhead(on: connection) == 14)
                // What readers and writers need came with them.
                let keys = try await connection.query(
                    """
                    SELECT count(*) FROM pg_index x JOIN pg_inherits i ON i.inhrelid = x.indrelid
                    WHERE x.indisprimary AND i.inhparent IN ('audit.calls'::regclass, 'audit.intents'::regclass,
                                                             'audit.responses'::regclass, 'audit.sealed'::regclass)
                    """)
                #expect(keys[0][0].integer == 64)
            }
        }
    }

    @Test("A table that joins the list gets partitions like the others, and is missed until it has them")
    func listedTable() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    CREATE TABLE audit.more (id uuid, at timestamptz NOT NULL, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
                    INSERT INTO audit.partitioned (name) VALUES ('more')
                    """)
                #expect(try await Partitions.daysAhead(on: connection) == -1)
                #expect(try await Partitions.makeAhead(on: connection) == Partitions.daysKeptAhead + 2)
                #expect(try await Partitions.daysAhead(on: connection) == Partitions.daysKeptAhead)
                let made = try await connection.query(
                    "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit.more'::regclass")
                #expect(made[0][0].integer == Int64(Partitions.daysKeptAhead + 2))
            }
        }
    }

    @Test("Days ahead are counted up to the first gap; without today's tables there are none")
    func daysAheadAreCounted() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await drop(5...5, connection)
                #expect(try await Partitions.daysAhead(on: connection) == 4)
                try await drop(1...1, connection)
                #expect(try await Partitions.daysAhead(on: connection) == 0)
                try await drop(0...0, connection)
                #expect(try await Partitions.daysAhead(on: connection) == -1)
            }
        }
    }

    @Test("Two replicas at once make each table once")
    func twoAtOnce() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { try await drop(8...14, $0) }
            let made = await concurrently(3, on: trail.loop) { _ in
                await Result {
                    try await trail.database.withConnection(trail.loop) {
                        try await Partitions.makeAhead(on: $0, lockTimeoutMilliseconds: 20_000)
                    }
                }
            }
            #expect(try made.map { try $0.get() }.reduce(0, +) == 28)
            try await trail.database.withConnection(trail.loop) { (connection) async throws in
                #expect(try await Partitions.daysAhead(on: connection) == 14)
            }
        }
    }

    @Test("A table that is locked is an error after the lock timeout, and nothing is half made")
    func lockTimeout() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await drop(14...14, connection)
                let holder = try await trail.database.connect(trail.loop)
                defer { holder.close() }
                try await holder.execute("BEGIN; LOCK TABLE audit.calls IN ACCESS EXCLUSIVE MODE")
                let error = await #expect(throws: PostgresError.self) {
                    try await Partitions.makeAhead(on: connection, lockTimeoutMilliseconds: 50)
                }
                #expect(error?.sqlState == "55P03")
                try await holder.execute("ROLLBACK")
                #expect(try await Partitions.makeAhead(on: connection) == 4)
            }
        }
    }

    @Test("A day ends at midnight of GMT+8, and rows at the borders have a place")
    func dayEndsAtMidnight() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                let day = try await connection.query("SELECT audit.day('2026-01-31T15:59:59.999Z')::text")
                #expect(day[0][0].text == "2026-01-31")
                let next = try await connection.query("SELECT audit.day('2026-01-31T16:00:00Z')::text")
                #expect(next[0][0].text == "2026-02-01")
                let edges = try await connection.query(
                    """
                    SELECT (extract(epoch FROM audit.day_start(audit.day(now()) - 1)) * 1000)::bigint AS first,
                           (extract(epoch FROM audit.day_start(audit.day(now()) + 1)) * 1000)::bigint AS midnight,
                           (extract(epoch FROM audit.day_start(audit.day(now()) + 15)) * 1000)::bigint AS past
                    """)[0]
                let (first, past) = (edges["first"].integer ?? 0, edges["past"].integer ?? 0)
                let midnight = edges["midnight"].integer ?? 0
                #expect(midnight % 86_400_000 == 16 * 3_600_000)
                for milliseconds in [first, midnight - 1, midnight, past - 1] {
                    var call = KnownCall(callID(milliseconds))
                    call.rows = .ended
                    try await call.insert(on: connection)
                }
                let tables = try await connection.query(
                    "SELECT DISTINCT tableoid::regclass::text FROM audit.calls ORDER BY 1")
                #expect(tables.count == 4)
                for milliseconds in [first - 1, past] {
                    await #expect(throws: PostgresError.self) {
                        try await KnownCall(callID(milliseconds)).insert(on: connection)
                    }
                }
            }
        }
    }

    @Test("The days are those of GMT+8, whatever the session's time zone")
    func timeZone() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                for zone in ["Pacific/Kiritimati", "America/Anchorage"] {
                    try await connection.execute("SET TIME ZONE '\(zone)'")
                    let row = try await connection.query(
                        """
                        SELECT audit.day('2026-01-31T16:00:00Z')::text AS day,
                               (audit.day_start('2026-02-01') = '2026-01-31T16:00:00Z'::timestamptz) AS starts
                        """)[0]
                    #expect(row["day"].text == "2026-02-01" && row["starts"].bool == true)
                }
            }
        }
    }
}
