import Postgres
import TestSupport
import Testing

@testable import Audit

/// Aggregates against a recomputation from the calls.
@Suite struct RollupTests {
    /// A session tells of what it inserted at the end of a statement, once a second: now, for a test that does not
    /// wait.
    private static let told = "; SELECT pg_stat_force_next_flush()"
    private static let seed = """
        SELECT setseed(0.7);
        SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 3) AS n;
        """

    /// Adds calls of today and at least two earlier days: some of a reconciler, some of both, more in the last minutes.
    private static func add(_ from: Int, _ count: Int) -> String {
        """
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, attempts,
                                 request_bytes, response_bytes, refs, client_request_id)
        SELECT id, at, source, now(), 'c' || n % 2, 'a' || n % 3, CASE WHEN n % 4 > 0 THEN 's' || n % 4 END, 'm' || n % 5 || '.x',
               CASE WHEN source = 0 THEN 'unknown' ELSE (ARRAY['success', 'accepted', 'rejected'])[1 + n % 3] END, CASE WHEN source = 0 THEN 504 ELSE 200 + n % 3 END,
               CASE WHEN n % 3 = 2 THEN '15' END, CASE WHEN n % 3 = 2 THEN 'isv.x' || n % 2 END, (random() * 1e6)::bigint, 1, n, 2 * n,
               CASE WHEN n % 7 = 0 THEN ARRAY['SO1', 'SO' || n] END, 'r' || n % 50
        FROM (SELECT n, gen_random_uuid() AS id,
                     date_trunc('milliseconds', now() - interval '3 minutes' - CASE WHEN n % 3 = 0 THEN 30 * random() ELSE 4000 * random() END * interval '1 minute') AS at
              FROM generate_series(\(from), \(from + count - 1)) AS n) AS calls, generate_series(0, 1) AS source
        WHERE (source = 1 AND n % 10 <> 1) OR (source = 0 AND n % 10 < 2);
        """
    }

    /// A filter, and the same in SQL.
    private struct Narrowing: Sendable {
        let member: String
        let sql: String
        let set: @Sendable (inout TrailQuery) -> Void

        init(_ member: String, _ sql: String, _ set: @escaping @Sendable (inout TrailQuery) -> Void) {
            (self.member, self.sql, self.set) = (member, sql, set)
        }
    }

    private static let narrowings = [
        Narrowing("method", "method = 'm1.x'") { $0.method = "m1.x" },
        Narrowing("method", "method LIKE 'm%.x'") { $0.method = "m*.x" },
        Narrowing("method", "method LIKE '%3%'") { $0.method = "*3*" },
        Narrowing("app", "app = 'a1'") { $0.app = "a1" }, Narrowing("app", "false") { $0.app = "nobody" },
        Narrowing("seller", "seller = 's2'") { $0.seller = "s2" },
        Narrowing("caller", "caller = 'c1'") { $0.caller = "c1" },
        Narrowing("outcome", "outcome = 'rejected'") { $0.outcome = "rejected" },
        Narrowing("outcome", "outcome = 'success'") { $0.outcome = "success" },
        Narrowing("outcome", "outcome = 'unknown'") { $0.outcome = "unknown" },
        Narrowing("sub_code", "sub_code = 'isv.x1'") { $0.subCode = "isv.x1" },
        Narrowing("status", "status = 201") { $0.status = 201 },
        Narrowing("status", "status = 504") { $0.status = 504 },
        Narrowing("code", "code = '15'") { $0.code = "15" },
        Narrowing("duration", "duration_us >= 500000") { $0.minimumDurationMilliseconds = 500 },
        Narrowing("ref", "refs @> ARRAY['SO1']") { $0.ref = "SO1" },
        Narrowing("client_request_id", "client_request_id = 'r7'") { $0.clientRequestID = "r7" },
    ]

    /// A question with what the calls themselves say, as texts of the same form.
    private struct Case {
        var query: StatsQuery
        var sql: String

        init(_ query: StatsQuery, filters: [String]) {
            self.query = query
            let stretch = query.stretch
            let start =
                query.bucket == .all
                ? "to_timestamp(\(query.fromMilliseconds) / 1000.0)" : "audit.bucket('\(query.bucket.rawValue)', at)"
            let values = query.dimensions.map { "coalesce(\($0.rawValue), '')" }
            let quantiles = [0.5, 0.95, 0.99].map {
                query.wantsQuantiles ? "percentile_disc(\($0)) WITHIN GROUP (ORDER BY duration_us)" : "0"
            }
            let columns =
                ["to_char(\(start) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"] + values + [
                    "count(*)", "count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted'))", "sum(request_bytes)",
                    "sum(response_bytes)",
                ] + quantiles
            let group = [start] + values
            sql = """
                SELECT concat_ws('|', \(columns.joined(separator: ", "))) FROM audit.trail
                WHERE outcome <> 'open' AND at >= to_timestamp(\(stretch.from) / 1000.0) AND at < to_timestamp(\(stretch.to) / 1000.0)
                  AND \(filters.joined(separator: " AND "))
                GROUP BY \(group.joined(separator: ", "))
                """
        }

        func text(_ row: StatsRow) -> String {
            let quantiles =
                query.wantsQuantiles ? [row.quantiles.p50, row.quantiles.p95, row.quantiles.p99] : [0, 0, 0]
            let numbers = [row.calls, row.errors, row.bytes.request, row.bytes.response] + quantiles
            return ([row.at] + row.values + numbers.map(String.init)).joined(separator: "|")
        }
    }

    /// Every bucket with each dimension alone and none, all measures.
    private static func plainCases(_ now: Int64) -> [Case] {
        var cases: [Case] = []
        for bucket in StatsQuery.Bucket.allCases {
            for dimension in StatsQuery.Dimension.allCases.map({ [$0] }) + [[]] {
                let query = StatsQuery(
                    fromMilliseconds: now - 3 * 86_400_000, toMilliseconds: now + 60_000, bucket: bucket,
                    dimensions: dimension)
                cases.append(Case(query, filters: ["true"]))
            }
        }
        return cases
    }

    /// Any dimensions, up to two filters, any bucket, counts alone or all measures, any stretch.
    private static func randomCases(_ now: Int64, _ count: Int, _ random: inout Seeded) -> [Case] {
        (0..<count).map { _ in
            let from = now - Int64.random(in: 60_000..<3 * 86_400_000, using: &random)
            var query = StatsQuery(
                fromMilliseconds: from, toMilliseconds: Int64.random(in: from + 1...now + 60_000, using: &random),
                bucket: StatsQuery.Bucket.allCases.randomElement(using: &random) ?? .all)
            query.dimensions = Array(
                StatsQuery.Dimension.allCases.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)))
            if Bool.random(using: &random) { query.measures = [.count, .errors, .errorRate, .requestBytes] }
            var used: [Narrowing] = []
            for narrowing in narrowings.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))
            where !used.contains(where: { $0.member == narrowing.member }) {
                narrowing.set(&query.filter)
                used.append(narrowing)
            }
            return Case(query, filters: used.map(\.sql) + ["true"])
        }
    }

    private func compare(_ trail: Trail, _ reader: TrailReader, _ cases: [Case]) async throws {
        for one in cases {
            guard case .rows(let rows) = try await reader.stats(one.query) else {
                Issue.record("too much: \(one.query)")
                continue
            }
            let expected = try await trail.database.rows(one.sql, [], trail.loop).compactMap { $0[0].text }
            #expect(rows.map(one.text).sorted() == expected.sorted(), "\(one.query)")
        }
    }

    @Test("Buckets, dimensions, filters and measures equal a recomputation, late and reconciled rows included")
    func equalTheTruth() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            var random = Seeded(seed: 20)
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(Self.seed + Self.add(0, 1000) + Self.told)
            }
            let now = try await trail.now()
            let cases = Self.plainCases(now) + Self.randomCases(now, 60, &random)
            // Before the first run all is counted from the calls.
            try await compare(trail, reader, Array(cases.suffix(60)))
            try await trail.database.withConnection(trail.loop) { connection in
                for _ in 0..<20 { _ = try await Rollups.run(on: connection, recounting: .day) }
                #expect(try await Rollups.run(on: connection, recounting: .day) == 0)
                // The earlier days are not counted yet, and are not read from the rollups before.
                #expect(try await Rollups.uncountedDays(on: connection) >= 2)
            }
            try await compare(trail, reader, Array(cases.prefix(20)))
            try await trail.database.withConnection(trail.loop) { connection in
                while try await Rollups.recountDay(on: connection) {}
                #expect(try await Rollups.uncountedDays(on: connection) == 0)
            }
            try await compare(trail, reader, cases)
            #expect(
                try await trail.number("SELECT sum(calls) FROM audit.rollups WHERE grain = '1h' AND dimension = ''")
                    > 500)
            // Rows that come late, in minutes, hours and days that were counted already, and the replica's row after
            // the reconciler's.
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    Self.add(1000, 300) + """
                        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, method, outcome, status, duration_us, attempts, request_bytes, response_bytes)
                        SELECT id, at, 1, now(), 'late', app, method, 'success', 200, 5, 1, 7, 7 FROM audit.calls c
                        WHERE source = 0 AND NOT EXISTS (SELECT FROM audit.calls r WHERE r.id = c.id AND r.source = 1) LIMIT 30
                        """ + Self.told)
                #expect(try await Rollups.run(on: connection, recounting: .day) > 0)
                #expect(try await Rollups.run(on: connection, recounting: .day) == 0)
                #expect(try await Rollups.uncountedDays(on: connection) >= 1)
            }
            try await compare(trail, reader, Array(cases.suffix(30)))
            try await trail.database.withConnection(trail.loop) { connection in
                while try await Rollups.recountDay(on: connection) {}
            }
            try await compare(trail, reader, cases + Self.randomCases(now, 30, &random))
        }
    }

    @Test("A day whose rows changed behind the leader's back is counted from the calls until it is right again")
    func changedDays() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            var query = StatsQuery(
                fromMilliseconds: now - 3 * 86_400_000, toMilliseconds: now, bucket: .day, dimensions: [.method])
            query.filter.caller = "c1"
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(Self.seed + Self.add(0, 300) + Self.told)
                for _ in 0..<20 { _ = try await Rollups.run(on: connection, recounting: .day) }
                while try await Rollups.recountDay(on: connection) {}
                #expect(try await !Rollups.recountDay(on: connection))
                let before = try await Self.calls(reader, query)
                // What is kept is what is read: a wrong number is seen.
                try await connection.execute(
                    "UPDATE audit.rollup_pairs SET calls = calls + 1000; UPDATE audit.rollups SET calls = calls + 1000")
                #expect(try await Self.calls(reader, query) > before + 1000)
                // PostgreSQL forgets its figures, as after a crash: nothing that is kept is trusted until it has been
                // looked at.
                try await connection.execute(
                    "SELECT pg_stat_reset_single_table_counters(oid) FROM pg_class WHERE relname ~ '^calls_[0-9]{8}$'")
                #expect(try await Rollups.uncountedDays(on: connection) >= 2)
                #expect(try await Self.calls(reader, query) == before)
            }
        }
    }

    private static func calls(_ reader: TrailReader, _ query: StatsQuery) async throws -> Int {
        guard case .rows(let rows) = try await reader.stats(query) else { return -1 }
        return rows.reduce(0) { $0 + $1.calls }
    }

    @Test("A count that takes too long is given up, and says that it was")
    func tooMuch() async throws {
        try await withTrail { trail in
            let reader = TrailReader(
                pool: PostgresPool(loop: trail.loop, settings: trail.database.settings), timeout: .seconds(2))
            defer { reader.close() }
            let now = try await trail.now()
            let query = StatsQuery(fromMilliseconds: now - 3_600_000, toMilliseconds: now, bucket: .all)
            try await trail.database.withConnection(trail.loop) { connection in
                // Nobody can read a call as long as this transaction stands.
                try await connection.execute("BEGIN; LOCK TABLE audit.calls IN ACCESS EXCLUSIVE MODE")
                guard case .tooMuch = try await reader.stats(query) else {
                    Issue.record("counted behind a lock")
                    return
                }
                try await connection.execute("ROLLBACK")
            }
            guard case .rows(let rows) = try await reader.stats(query) else {
                Issue.record("not counted")
                return
            }
            #expect(rows.isEmpty)
        }
    }

    @Test("Aggregates go when their calls go")
    func aggregatesGoWhenTheirCalls() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(Self.seed + Self.add(0, 300) + Self.told)
                for _ in 0..<20 { _ = try await Rollups.run(on: connection, recounting: .day) }
                while try await Rollups.recountDay(on: connection) {}
                let now = try await trail.now()
                _ = try await Retention(bodyDays: 2, callDays: 2).run(on: connection, nowMilliseconds: now + 86_400_000)
            }
            let oldest = "FROM audit.oldest() AS oldest"
            #expect(try await trail.number("SELECT count(*) FROM audit.calls") > 0)
            for table in ["rollups", "rollup_pairs", "rollup_cells", "rollup_minutes"] {
                #expect(try await trail.number("SELECT count(*) FROM audit.\(table)") > 0, "\(table)")
                #expect(
                    try await trail.number("SELECT count(*) \(oldest), audit.\(table) WHERE at < oldest") == 0,
                    "\(table)")
            }
            #expect(
                try await trail.number("SELECT count(*) \(oldest), audit.rollup_days WHERE day < audit.day(oldest)")
                    == 0)
        }
    }
}
