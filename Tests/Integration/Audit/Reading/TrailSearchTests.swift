import Postgres
import TestSupport
import Testing

@testable import Audit

/// Every filter against a full scan in SQL.
@Suite struct TrailSearchTests {
    /// Calls of three days with every column filled at random; some closed by the reconciler, some by both, some open.
    private static let seed = """
        SELECT setseed(0.42);
        CREATE TABLE seeded AS SELECT
            audit.day_start(audit.day(now())) - interval '1 day' + date_trunc('milliseconds', random() * interval '30 hours') AS at,
            (lpad(to_hex(floor(random() * 65536)::int), 4, '0')) AS tail, n, (random() * 9)::int AS kind
            FROM generate_series(1, 600) AS n;
        CREATE TABLE known AS SELECT n, kind, least(at, date_trunc('milliseconds', now())) AS at,
            (lpad(to_hex((extract(epoch FROM least(at, date_trunc('milliseconds', now()))) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 3, '0')
             || '8' || tail || lpad(to_hex(n), 11, '0'))::uuid AS id FROM seeded;
        INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, client_request_id, keys, key_version)
        SELECT id, at, at + interval '30 seconds', 'test', 'caller' || n % 3, 'app' || n % 4, CASE WHEN n % 5 > 0 THEN 'seller' || n % 5 END,
               'm.' || n % 6, CASE WHEN n % 3 = 0 THEN ARRAY['R' || n % 7, 'S' || n] END, CASE WHEN n % 2 = 0 THEN 'c' || n END,
               ARRAY[n % 11, -n]::bigint[], 1 FROM known;
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, attempts,
                                 top_request_id, refs, client_request_id, request_bytes, response_bytes, keys, key_version)
        SELECT k.id, k.at, source, now(), caller, app, seller, method,
               CASE WHEN source = 0 THEN 'unknown' WHEN k.n % 4 = 0 THEN 'rejected' ELSE 'success' END,
               CASE WHEN source = 0 THEN 504 WHEN k.n % 4 = 0 THEN 422 ELSE 200 END,
               CASE WHEN source = 1 AND k.n % 4 = 0 THEN '15' END, CASE WHEN source = 1 AND k.n % 4 = 0 THEN 'isv.e' || k.n % 8 END,
               k.n::bigint * k.n * 60, 1, CASE WHEN source = 1 THEN 't' || k.n END, refs, client_request_id, 1, 2, keys, key_version
        FROM known k JOIN audit.intents USING (at, id), generate_series(0, 1) AS source
        WHERE (kind < 7 AND source = 1) OR (kind IN (7, 6) AND source = 0);
        UPDATE audit.reconciliation SET closed_before = now() - interval '10 days';
        """

    private static let filters: [(condition: String, change: @Sendable (inout TrailQuery) -> Void)] = [
        ("true", { _ in }),
        ("status = 200", { $0.status = 200 }), ("status = 422", { $0.status = 422 }),
        ("status = 418", { $0.status = 418 }),
        ("code = '15'", { $0.code = "15" }), ("sub_code = 'isv.e4'", { $0.subCode = "isv.e4" }),
        ("top_request_id = 't17'", { $0.topRequestID = "t17" }),
        ("client_request_id = 'c44'", { $0.clientRequestID = "c44" }),
        ("duration_us >= 5000000", { $0.minimumDurationMilliseconds = 5000 }),
        ("duration_us >= 12000000", { $0.minimumDurationMilliseconds = 12000 }),
        ("duration_us >= 20000", { $0.minimumDurationMilliseconds = 20 }),
        ("refs @> ARRAY['R3']", { $0.ref = "R3" }), ("refs @> ARRAY['S9']", { $0.ref = "S9" }),
        ("refs @> ARRAY['none']", { $0.ref = "none" }),
        ("app = 'app1' AND outcome = 'unknown'", { ($0.app, $0.outcome) = ("app1", "unknown") }),
        ("outcome = 'open' AND refs @> ARRAY['R0']", { ($0.outcome, $0.ref) = ("open", "R0") }),
        ("outcome = 'open' AND status = 1", { ($0.outcome, $0.status) = ("open", 200) }),
        ("seller = 'seller2' AND method LIKE 'm.%'", { ($0.seller, $0.method) = ("seller2", "m.*") }),
    ]

    private func ids(_ reader: TrailReader, _ filter: TrailQuery) async throws -> (there: [String], back: [String]) {
        var page = try await reader.list(filter)
        var there = page.rows.map(\.id.text)
        while let next = page.next {
            var following = filter
            following.cursor = next
            page = try await reader.list(following)
            there += page.rows.map(\.id.text)
        }
        var back = page.rows.map(\.id.text)
        while let previous = page.previous {
            var before = filter
            before.cursor = previous
            page = try await reader.list(before)
            back = page.rows.map(\.id.text) + back
        }
        return (there, back)
    }

    @Test("Every filter finds what a full scan finds, newest and oldest first, there and back")
    func everyFilter() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { try await $0.execute(Self.seed) }
            let reader = trail.reader()
            defer { reader.close() }
            for (condition, change) in Self.filters {
                for order in TrailQuery.Order.allCases {
                    var filter = TrailQuery()
                    filter.limit = 37
                    filter.order = order
                    change(&filter)
                    let direction = order == .newest ? "DESC" : "ASC"
                    let rows = try await trail.database.rows(
                        "SELECT id FROM audit.trail WHERE \(condition) ORDER BY at \(direction), id \(direction)", [],
                        trail.loop)
                    let found = try await ids(reader, filter)
                    let expected = rows.compactMap { $0[0].text }
                    #expect(found.there == expected, "\(condition) \(order)")
                    #expect(found.back == expected, "\(condition) \(order), back")
                }
            }
        }
    }

    @Test(
        "A business key is found under every version of the key that made its fingerprint, in open and reconciled calls too"
    )
    func businessKeyIsFound() async throws {
        try await withTrail { trail in
            let old = FingerprintKey(version: 1, bytes: Array(0..<16))
            let new = FingerprintKey(version: 2, bytes: Array(16..<32))
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                for (offset, rows) in KnownCall.Rows.allCases.enumerated() {
                    var call = KnownCall(callID(now - Int64(offset) * 1000))
                    call.rows = rows
                    try await call.insert(on: connection)
                    let key = offset % 2 == 0 ? old : new
                    for table in ["intents", "calls"] {
                        _ = try await connection.query(
                            "UPDATE audit.\(table) SET keys = ARRAY[$1::bigint] WHERE id = $2::uuid",
                            [.integer(key.fingerprint(name: "phone", value: "13700000000")), .text(call.id.text)])
                    }
                }
            }
            let reader = trail.reader()
            defer { reader.close() }
            var filter = TrailQuery()
            filter.key = TrailQuery.key("phone:+86 1370000-0000")
            #expect(try await reader.list(filter).rows.isEmpty)
            #expect(try await reader.list(filter, keys: [new]).rows.count == 2)
            #expect(try await reader.list(filter, keys: [new, old]).rows.count == 4)
            filter.key = TrailQuery.key("phone:13700000001")
            #expect(try await reader.list(filter, keys: [new, old]).rows.isEmpty)
        }
    }

    @Test("A search whose time is over says how far it came, and its cursor goes on from there")
    func timeIsOver() async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { try await $0.execute(Self.seed) }
            let hasty = TrailReader(
                pool: PostgresPool(loop: trail.loop, settings: trail.database.settings, size: 1),
                searchTime: .milliseconds(300))
            defer { hasty.close() }
            var filter = TrailQuery()
            filter.method = "nothing*"
            // Somebody holds the table: no row can be read meanwhile.
            let page = try await trail.database.withConnection(trail.loop) { connection in
                _ = try await hasty.list(filter)
                try await connection.execute("BEGIN; LOCK audit.calls IN ACCESS EXCLUSIVE MODE")
                let page = try await hasty.list(filter)
                try await connection.execute("ROLLBACK")
                return page
            }
            #expect(page.rows.isEmpty && page.scannedUntil != nil)
            filter.method = "m.*"
            filter.cursor = page.next
            let found = try await ids(trail.reader(), filter)
            #expect(found.there.count == 600)
        }
    }
}
