import Postgres
import TestSupport
import Testing

@testable import Audit

/// Aggregates against a recomputation from the calls.
@Suite struct RollupTests {
    private static let seed = """
        SELECT setseed(0.7);
        SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 3) AS n;
        UPDATE audit.rollup_state SET done_before = audit.oldest();
        """

    /// Adds calls of the last two days: some of a reconciler, some of both, more of them in a few minutes.
    private static func add(_ from: Int, _ count: Int) -> String {
        """
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, sub_code, duration_us, attempts,
                                 request_bytes, response_bytes)
        SELECT id, at, source, now(), 'c' || n % 2, 'a' || n % 3, CASE WHEN n % 4 > 0 THEN 's' || n % 4 END, 'm' || n % 5,
               CASE WHEN source = 0 THEN 'unknown' ELSE (ARRAY['success', 'accepted', 'rejected'])[1 + n % 3] END, 200,
               CASE WHEN n % 3 = 2 THEN 'isv.x' END, (random() * 1e6)::bigint, 1, n, 2 * n
        FROM (SELECT n, gen_random_uuid() AS id,
                     date_trunc('milliseconds', now() - interval '3 minutes' - CASE WHEN n % 3 = 0 THEN 30 * random() ELSE 2000 * random() END * interval '1 minute') AS at
              FROM generate_series(\(from), \(from + count - 1)) AS n) AS calls, generate_series(0, 1) AS source
        WHERE (source = 1 AND n % 10 <> 1) OR (source = 0 AND n % 10 < 2);
        """
    }

    private static let truth = """
        SELECT to_char(audit.bucket('BUCKET', at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '|' || coalesce(DIMENSION, '') || '|' || count(*) || '|'
               || count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) || '|' || sum(request_bytes) || '|' || sum(response_bytes) || '|'
               || percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_us) || '|' || percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_us) || '|'
               || percentile_disc(0.99) WITHIN GROUP (ORDER BY duration_us)
        FROM audit.trail WHERE outcome <> 'open' GROUP BY audit.bucket('BUCKET', at), coalesce(DIMENSION, '')
        """

    private func compare(_ trail: Trail, _ reader: TrailReader) async throws {
        let now = try await trail.now()
        for bucket in StatsQuery.Bucket.allCases {
            for dimension in StatsQuery.Dimension.allCases.map(Optional.some) + [nil] {
                let query = StatsQuery(
                    fromMilliseconds: now - 3 * 86_400_000, toMilliseconds: now + 60_000, bucket: bucket,
                    dimension: dimension)
                let rows = try #require(try await reader.stats(query))
                let found = rows.map {
                    "\($0.at)|\($0.value)|\($0.calls)|\($0.errors)|\($0.bytes.request)|\($0.bytes.response)|\($0.quantiles.p50)|\($0.quantiles.p95)|\($0.quantiles.p99)"
                }
                let sql = Self.truth.replacing("BUCKET", with: bucket.rawValue).replacing(
                    "DIMENSION", with: dimension?.rawValue ?? "''")
                let expected = try await trail.database.rows(sql, [], trail.loop).compactMap { $0[0].text }
                #expect(
                    !found.isEmpty && found.sorted() == expected.sorted(), "\(bucket) \(dimension?.rawValue ?? "all")")
            }
        }
    }

    @Test("Every bucket and dimension equals a recomputation, late and reconciled rows included")
    func equalTheTruth() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(Self.seed + Self.add(0, 400))
            }
            // Before the first run all is counted from the calls.
            try await compare(trail, reader)
            try await trail.database.withConnection(trail.loop) { connection in
                for _ in 0..<20 { _ = try await Rollups.run(on: connection) }
                #expect(try await Rollups.run(on: connection, thorough: true) == 0)
            }
            try await compare(trail, reader)
            let kept = try await trail.number(
                "SELECT sum(calls) FROM audit.rollups WHERE grain = '1h' AND dimension = ''")
            #expect(kept > 100)
            // Rows that come late, in minutes, hours and days that were counted already, and the replica's row after the reconciler's.
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    Self.add(400, 100) + """
                        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, method, outcome, status, duration_us, attempts, request_bytes, response_bytes)
                        SELECT id, at, 1, now(), 'late', app, method, 'success', 200, 5, 1, 7, 7 FROM audit.calls c
                        WHERE source = 0 AND NOT EXISTS (SELECT FROM audit.calls r WHERE r.id = c.id AND r.source = 1) LIMIT 5;
                        """)
                #expect(try await Rollups.run(on: connection, thorough: true) > 0)
                _ = try await connection.query(
                    "SELECT audit.roll_up(done_before - interval '40 hours', done_before - interval '20 hours') FROM audit.rollup_state"
                )
                #expect(try await Rollups.run(on: connection, thorough: true) == 0)
            }
            try await compare(trail, reader)
        }
    }
}
