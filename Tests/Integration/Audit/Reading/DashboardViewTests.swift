import Postgres
import TestSupport
import Testing

@testable import Audit

/// The views of `audit_api` against the trail's own.
@Suite struct DashboardViewTests {
    private func withSeeded(_ body: @escaping @Sendable (Trail) async throws -> Void) async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { try await $0.execute(DashboardCalls.seed) }
            try await body(trail)
        }
    }

    @Test("Every call is one row of the view: open, reconciled and both kinds included")
    func everyCallIsOneRow() async throws {
        try await withSeeded { trail in
            let columns = """
                id, at, finished_at, caller, app, seller, method, outcome, status, code, sub_code, attempts, refs,
                request_bytes, response_bytes, retryable
                """
            let trailRows = "SELECT \(columns), duration_us / 1000.0::float8 FROM audit.trail"
            let viewRows = "SELECT \(columns), duration_ms FROM audit_api.calls"
            #expect(try await trail.number("SELECT count(*) FROM (\(trailRows) EXCEPT ALL \(viewRows)) AS d") == 0)
            #expect(try await trail.number("SELECT count(*) FROM (\(viewRows) EXCEPT ALL \(trailRows)) AS d") == 0)
            #expect(try await trail.number("SELECT count(*) FROM audit_api.calls") == 600)
            for outcome in ["open", "unknown", "success", "rejected"] {
                let count = "SELECT count(*) FROM audit_api.calls WHERE outcome = '\(outcome)'"
                let truth = try await trail.number("SELECT count(*) FROM audit.trail WHERE outcome = '\(outcome)'")
                let found = try await trail.number(count)
                #expect(truth == found && found > 0, "\(outcome)")
            }
        }
    }

    @Test("A settled call is no longer among the unknown ones, and says how it was settled")
    func unknownCalls() async throws {
        try await withSeeded { trail in
            #expect(try await trail.number("SELECT count(*) FROM audit.trail WHERE outcome = 'unknown'") == 60)
            #expect(try await trail.number("SELECT count(*) FROM audit_api.unknown_calls") == 30)
            #expect(try await trail.number("SELECT count(*) FROM audit_api.calls WHERE settled = 'done'") == 30)
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    INSERT INTO audit.notes (call, author, settles, text)
                    SELECT id, 'bob', 'not_done', 'no' FROM audit_api.calls WHERE settled = 'done' LIMIT 1
                    """)
            }
            #expect(try await trail.number("SELECT count(*) FROM audit_api.calls WHERE settled = 'done'") == 29)
            #expect(try await trail.number("SELECT count(*) FROM audit_api.calls WHERE settled = 'not_done'") == 1)
        }
    }

    /// What a view of aggregates is to hold.
    private static func truth(bucket: String, dimension: String) -> String {
        """
        SELECT audit.bucket('\(bucket)', at), coalesce(\(dimension.isEmpty ? "''" : dimension), ''), count(*),
               count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')), sum(request_bytes)::bigint, sum(response_bytes)::bigint,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_us) / 1000::float8,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_us) / 1000::float8,
               percentile_disc(0.99) WITHIN GROUP (ORDER BY duration_us) / 1000::float8
        FROM audit.trail WHERE outcome <> 'open' GROUP BY 1, 2
        """
    }

    @Test(
        "Minutes, hours and days equal a recomputation, before the rollups are made, after, and with rows that come late",
        arguments: [("calls_by_minute", "1m"), ("calls_by_hour", "1h"), ("calls_by_day", "1d")])
    func minutesHoursAndDays(view: String, bucket: String) async throws {
        try await withSeeded { trail in
            let dimensions =
                ["", "method", "app", "outcome", "sub_code"] + (bucket == "1m" ? [] : ["seller", "caller"])
            func compare(_ when: String, _ stretch: String = "true") async throws {
                for dimension in dimensions {
                    let truth =
                        "SELECT * FROM (\(Self.truth(bucket: bucket, dimension: dimension))) AS t (at) WHERE \(stretch)"
                    let found = """
                        SELECT at, value, calls, errors, request_bytes, response_bytes, p50_ms, p95_ms, p99_ms
                        FROM audit_api.\(view) WHERE dimension = '\(dimension)' AND \(stretch)
                        """
                    let missing = try await trail.number("SELECT count(*) FROM (\(truth) EXCEPT ALL \(found)) AS d")
                    let surplus = try await trail.number("SELECT count(*) FROM (\(found) EXCEPT ALL \(truth)) AS d")
                    #expect(missing == 0 && surplus == 0, "\(when), \(dimension)")
                    #expect(try await trail.number("SELECT count(*) FROM (\(found)) AS f") > 0)
                }
            }
            try await trail.database.withConnection(trail.loop) { connection in
                // As far back as the calls are: no more minutes than that are counted one by one.
                try await connection.execute(
                    "UPDATE audit.rollup_state SET done_before = (SELECT audit.bucket('1d', min(at)) FROM audit.calls)")
            }
            try await compare("all live")
            try await DashboardCalls.rollUp(trail)
            try await compare("rolled up")
            try await KnownCall(callID(trail.now()), deadline: trail.now() + 30_000).insertEnded(trail)
            try await compare("one more")
            try await trail.database.withConnection(trail.loop) { connection in
                for daysAgo in 1...2 {
                    let late = try await trail.now() - Int64(daysAgo) * 86_400_000
                    var call = KnownCall(callID(late), deadline: late + 30_000)
                    call.rows = .ended
                    try await call.insert(on: connection)
                }
                try await connection.execute("SELECT pg_stat_force_next_flush()")
            }
            #expect(try await trail.number("SELECT cardinality(audit.days_to_count())") == 2)
            // Each minute of such a day is counted by itself: two hours are enough.
            let hours = ["1m": (25, 23), "1h": (50, 22), "1d": (72, 0)][bucket] ?? (0, 0)
            try await compare(
                "late ones of earlier days",
                "at > now() - interval '\(hours.0) hours' AND at < now() - interval '\(hours.1) hours'")
            try await DashboardCalls.rollUp(trail)
            #expect(try await trail.number("SELECT cardinality(audit.days_to_count())") == 0)
            try await compare("counted again")
        }
    }

    @Test("An unknown dimension has no rows, and error rates are of calls")
    func unknownDimensionHasNoRows() async throws {
        try await withSeeded { trail in
            let sql = "SELECT count(*) FROM audit_api.calls_by_hour WHERE dimension = 'message'"
            let unknownDimension = try await trail.number(sql)
            #expect(unknownDimension == 0)
            let wrong = """
                SELECT count(*) FROM audit_api.calls_by_hour
                WHERE dimension = '' AND (error_rate < 0 OR error_rate > 1 OR round(error_rate * calls) <> errors)
                """
            let wrongCount = try await trail.number(wrong)
            #expect(wrongCount == 0)
        }
    }

    @Test("Every column is documented, and none is a fingerprint or a body")
    func everyColumnIsDocumented() async throws {
        try await withSeeded { trail in
            let bare = """
                SELECT count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
                WHERE relnamespace = 'audit_api'::regnamespace AND attnum > 0 AND col_description(c.oid, attnum) IS NULL
                """
            let bareCount = try await trail.number(bare)
            #expect(bareCount == 0)
            let secret = """
                SELECT count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
                WHERE relnamespace = 'audit_api'::regnamespace AND attname IN ('keys', 'key_version', 'request', 'response')
                """
            let secretCount = try await trail.number(secret)
            #expect(secretCount == 0)
        }
    }

    @Test("A stretch of time given by constants reads its own days alone, and a list walks an index in order")
    func stretchOfTimeGiven() async throws {
        try await withSeeded { trail in
            let rows = try await trail.database.rows(
                """
                SELECT to_char(audit.day(now()) - 1, 'YYYYMMDD') AS day, to_char(audit.day_start(audit.day(now()) - 1), 'YYYY-MM-DD"T"HH24:MI:SSTZH') AS lower,
                       to_char(audit.day_start(audit.day(now())) - interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SSTZH') AS upper
                """, [], trail.loop)
            let (day, lower, upper) = (rows[0][0].text ?? "", rows[0][1].text ?? "", rows[0][2].text ?? "")
            let stretch = "at BETWEEN '\(lower)' AND '\(upper)'"
            let plan = try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
                return try await connection.query(
                    "EXPLAIN SELECT id, at, outcome FROM audit_api.calls WHERE \(stretch) ORDER BY at DESC LIMIT 10"
                ).compactMap { $0[0].text }.joined(separator: "\n")
            }
            #expect(plan.contains("calls_\(day)") && plan.contains("intents_\(day)"), "\(plan)")
            #expect(plan.split(separator: "calls_2").count == plan.split(separator: "calls_\(day)").count, "\(plan)")
            #expect(plan.contains("Merge Append") && !plan.contains("Sort  ("), "\(plan)")
            let failed = try await trail.database.rows(
                "EXPLAIN SELECT id FROM audit_api.unknown_calls WHERE \(stretch)", [], trail.loop)
            #expect(!failed.contains { $0[0].text?.contains("intents_") == true })
        }
    }
}

extension KnownCall {
    /// Adds the call, ended, on a connection of its own.
    func insertEnded(_ trail: Trail) async throws {
        var call = self
        call.rows = .ended
        let ended = call
        try await trail.database.withConnection(trail.loop) { try await ended.insert(on: $0) }
    }
}
