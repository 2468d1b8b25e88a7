package import Postgres

/// Closes the intents of lost replicas. Any replica may run it; the maintenance leader does.
package enum ReconciliationQueries {
    /// An intent is closed this long after its call's time has ended. The call's time starts at `made_at`, by
    /// PostgreSQL's clock. `at` and `deadline` are by the replica's clock, so only their difference is used.
    package static let graceSeconds = 15

    /// The result of a run.
    struct Result {
        /// The number of intents that were closed.
        var closed = 0
        /// The number of intents without a completion whose time has not ended.
        var open = 0
    }

    /// Adds a completion `unknown` for every intent that is past its deadline and grace. Then it moves the watermark
    /// from which readers search open calls.
    ///
    /// The replica that made the call may still write its own row later. That row has a higher source and takes
    /// precedence.
    /// - Parameter sinceSeconds: how far back to read at least. Intents before the watermark are read only if this goes
    ///   further back. An open one among them moves the watermark back.
    /// - Returns: the number of intents that were closed.
    package static func run(on connection: PostgresConnection, sinceSeconds: Int = 0, timeout: Duration = .seconds(30))
        async throws(PostgresError) -> Int
    {
        guard let (close, advance) = try await statements(on: connection, sinceSeconds: sinceSeconds) else { return 0 }
        let result = try await result(of: close, on: connection, timeout: timeout)
        _ = try await connection.query(advance, timeout: timeout)
        return result.closed
    }

    /// Closes the intents of one GMT+8 day, given as `YYYYMMDD`. The watermark does not move.
    static func run(
        day: String, on connection: PostgresConnection, timeout: Duration
    ) async throws(PostgresError) -> Result {
        let row = try await connection.query(
            """
            SELECT audit.day_start(d)::text AS start, audit.day_start(d + 1)::text AS end FROM to_date($1, 'YYYYMMDD') AS d
            """, [.text(day)], timeout: .seconds(5)
        ).first
        guard let start = row?["start"].text, let end = row?["end"].text else { return Result() }
        return try await result(of: close(from: start, to: end), on: connection, timeout: timeout)
    }

    private static func result(
        of close: String, on connection: PostgresConnection, timeout: Duration
    ) async throws(PostgresError) -> Result {
        let row = try await connection.query(close, timeout: timeout).first
        return Result(closed: Int(row?["closed"].integer ?? 0), open: Int(row?["open"].integer ?? 0))
    }

    /// The current statements that close intents and move the watermark; nil if the database has no watermark.
    static func statements(
        on connection: PostgresConnection, sinceSeconds: Int
    ) async throws(PostgresError) -> (close: String, advance: String)? {
        let row = try await connection.query(marks, [.integer(Int64(sinceSeconds))], timeout: .seconds(5)).first
        guard let since = row?["since"].text, let settled = row?["settled"].text, let end = row?["end"].text
        else { return nil }
        return (close(from: since, to: end), advance(from: since, to: settled))
    }

    /// The ends of the range as texts. The planner leaves other days out, of calls too, only if the instants are
    /// literals.
    ///
    /// The range ends a day from now, because a replica with a fast clock makes intents in the future.
    ///
    /// The watermark stays half a minute before now, for commits that wait and clocks that differ. Lists read all
    /// intents after the watermark, so a longer time would cost them much under load.
    private static let marks = """
        SELECT least(closed_before, now() - $1::bigint * interval '1 second')::text AS since,
               (now() - interval '30 seconds')::text AS settled, (now() + interval '1 day')::text AS end
        FROM audit.reconciliation
        """

    /// The status is 504 because the caller would have got it.
    private static func close(from since: String, to end: String) -> String {
        """
        WITH open AS MATERIALIZED (
            SELECT id, at, caller, app, seller, tenant, method, request_id, refs, client_request_id, trace_id, keys, key_version, repeat_of,
                   made_at, made_at + (deadline - at) < now() - interval '\(graceSeconds) seconds' AS is_over
            FROM audit.intents AS i
            WHERE \(within("at", since, end))
              AND NOT EXISTS (SELECT FROM audit.calls AS c WHERE c.at = i.at AND c.id = i.id AND \(within("c.at", since, end)))),
        closed AS (
            INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, tenant, method, outcome, status, message, duration_us,
                                     attempts, request_id, refs, client_request_id, request_bytes, response_bytes,
                                     keys, key_version, trace_id, repeat_of)
            SELECT id, at, 0, now(), caller, app, seller, tenant, method, 'unknown', 504,
                   'The replica that made the call left no result.',
                   (extract(epoch FROM greatest(now() - made_at, interval '0')) * 1000000)::bigint, 1, request_id, refs, client_request_id, 0, 0, keys, key_version,
                   trace_id, repeat_of
            FROM open WHERE is_over
            ON CONFLICT DO NOTHING
            RETURNING 1),
        lookups AS (
            INSERT INTO audit.lookups (value, at, id)
            SELECT value, at, id FROM open, LATERAL (VALUES (trace_id), (request_id)) AS given (value)
            WHERE is_over AND octet_length(value) BETWEEN 1 AND \(TrailRows.maximumLookupBytes))
        SELECT (SELECT count(*) FROM closed) AS closed, (SELECT count(*) FROM open WHERE NOT is_over) AS open
        """
    }

    /// Moves the watermark to the first open call of the range, even backwards, or to `settled`.
    private static func advance(from since: String, to settled: String) -> String {
        """
        UPDATE audit.reconciliation SET closed_before = coalesce(
            (SELECT min(at) FROM audit.intents AS i
             WHERE \(within("i.at", since, settled)) AND NOT EXISTS (SELECT FROM audit.calls AS c WHERE c.at = i.at AND c.id = i.id AND \(within("c.at", since, settled)))),
            greatest(closed_before, '\(settled)'::timestamptz))
        """
    }

    private static func within(_ at: String, _ from: String, _ to: String) -> String {
        "\(at) >= '\(from)'::timestamptz AND \(at) < '\(to)'::timestamptz"
    }
}
