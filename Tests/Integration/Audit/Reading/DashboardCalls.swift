import Foundation
import Postgres
import TestSupport

@testable import Audit

/// A trail that dashboards look at: calls of the last three days by number, known ones among them.
enum DashboardCalls {
    /// Calls of all outcomes, of a reconciler, of both, late ones; one in ten is open. Reproducible but for the clock.
    static let seed = """
        SELECT setseed(0.3);
        SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 4) AS n;
        UPDATE audit.rollup_state SET done_before = audit.oldest();
        UPDATE audit.reconciliation SET closed_before = now() - interval '30 minutes';
        CREATE TEMP TABLE drawn AS
            SELECT n, gen_random_uuid() AS id,
                   date_trunc('milliseconds', now() - CASE WHEN n % 3 = 0 THEN 20 ELSE 4000 END * random() * interval '1 minute') AS at
            FROM generate_series(1, 600) AS n;
        INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, request)
        SELECT id, at, at + interval '30 seconds', 'r', 'c' || n % 2, 'a' || n % 3, CASE WHEN n % 4 > 0 THEN 's' || n % 4 END, 'm' || n % 5,
               ARRAY['SO' || n], '{"phone":"1370000planted"}'
        FROM drawn WHERE at > now() - interval '30 minutes';
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, top_us,
                                 audit_us, attempts, refs, request_bytes, response_bytes, keys)
        SELECT id, at, source, now(), 'c' || n % 2, 'a' || n % 3, CASE WHEN n % 4 > 0 THEN 's' || n % 4 END, 'm' || n % 5,
               CASE WHEN source = 0 THEN 'unknown' ELSE (ARRAY['success', 'accepted', 'rejected'])[1 + n % 3] END, 200,
               CASE WHEN n % 3 = 2 THEN '15' END, CASE WHEN n % 3 = 2 THEN 'isv.x' END, (random() * 1e6)::bigint, 900, 800, 1,
               ARRAY['SO' || n], n, 2 * n, ARRAY[4711]
        FROM drawn, generate_series(0, 1) AS source
        WHERE ((source = 1 AND n % 10 <> 1) OR (source = 0 AND n % 10 < 2)) AND NOT (n % 30 = 3 AND at > now() - interval '30 minutes');
        INSERT INTO audit.refusals (at, caller, method, status, type, pointers, refs)
        SELECT at, 'c1', 'm1', 422, 'invalid-parameters', '{/phone}', '{SO1}' FROM drawn WHERE n <= 20;
        INSERT INTO audit.notes (call, author, settles, text)
        SELECT id, 'ann', CASE WHEN n % 20 = 1 THEN 'done' END, 'looked at' FROM drawn WHERE n % 10 = 1;
        ANALYZE audit.calls; ANALYZE audit.intents;
        """

    /// Runs the rollups until nothing changes any more.
    static func rollUp(_ trail: Trail) async throws {
        try await trail.database.withConnection(trail.loop) { connection in
            for _ in 0..<25 { _ = try await Rollups.run(on: connection, recounting: .quarterHour) }
            while try await Rollups.recountDay(on: connection) {}
        }
    }
}
