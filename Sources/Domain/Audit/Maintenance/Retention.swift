package import Postgres

/// Drops expired data: whole days of sealed requests, bodies and calls, and old rejected requests.
///
/// A day expires when its last instant is older than the retention. A table is dropped under a short lock timeout, so
/// that writers never wait long for a reader. A table that could not be dropped counts as overdue, and the next run
/// tries again.
package struct Retention: Sendable, Equatable {
    /// How many days requests and responses are kept.
    package var bodyDays: Int
    /// How many days calls are kept. Bodies are never kept longer.
    package var callDays: Int
    /// How many days sealed full requests are kept. With 0 none are kept, and existing ones are deleted at once.
    package var sealedDays: Int
    /// How many days rejected requests are kept.
    package static let refusalDays = 7
    /// Days for which replies to calls with an idempotency key are kept: as long as the longest life of a key.
    static let replyDays = 16
    /// Refusals deleted at a time.
    private static let refusalsAtOnce = 10_000

    /// The result of a run.
    package struct Result: Sendable, Equatable {
        /// The number of tables that were dropped.
        package var dropped = 0
        /// The number of expired tables that could not be dropped.
        package var overdue = 0
    }

    /// Age and size of the trail.
    package struct State: Sendable, Equatable {
        /// The age of the oldest day of calls in seconds.
        package let oldestCallsSeconds: Double
        /// The age of the oldest day of bodies in seconds.
        package let oldestBodiesSeconds: Double
        /// The age of the oldest day of sealed requests in seconds.
        package let oldestSealedSeconds: Double
        /// The size of all tables and indexes of the trail in bytes.
        package let bytes: Double
        /// The number of expired tables that still exist.
        package let overdue: Int
    }

    /// Makes a retention. All values are in days.
    package init(bodyDays: Int, callDays: Int, sealedDays: Int = 7) {
        self.bodyDays = bodyDays
        self.callDays = callDays
        self.sealedDays = sealedDays
    }

    private var tables: [(parent: String, days: Int)] {
        let bodyDays = min(bodyDays, callDays)
        return [
            ("sealed", min(sealedDays, bodyDays)), ("intents", bodyDays), ("responses", bodyDays), ("calls", callDays),
            ("replies", Self.replyDays), ("lookups", callDays),
        ]
    }

    /// Drops expired data.
    /// - Parameter nowMilliseconds: a time other than the database's own, for tests.
    package func run(
        on connection: PostgresConnection, nowMilliseconds: Int64? = nil, lockTimeoutMilliseconds: Int = 200
    ) async throws(PostgresError) -> Result {
        var result = Result()
        _ = try await connection.query(
            "SELECT set_config('lock_timeout', $1, false)", [.text("\(lockTimeoutMilliseconds)ms")],
            timeout: .seconds(5))
        for (parent, days) in tables {
            for table in try await expired(parent, days, nowMilliseconds, on: connection) {
                // The name comes from PostgreSQL's catalog and matched `parent_YYYYMMDD`.
                if try await isDone("DROP TABLE IF EXISTS audit.\(table)", on: connection) {
                    result.dropped += 1
                } else {
                    result.overdue += 1
                }
            }
        }
        for row in try await connection.query(
            "SELECT audit.expired_key_windows(coalesce(to_timestamp($1::bigint / 1000.0), now())) AS name",
            [nowMilliseconds.map { .integer($0) } ?? .null], timeout: .seconds(30))
        {
            guard let table = row["name"].text else { continue }
            if try await isDone("DROP TABLE IF EXISTS audit.\(table)", on: connection) {
                result.dropped += 1
            } else {
                result.overdue += 1
            }
        }
        for table in try await filled(on: connection) {
            if try await !isDone("TRUNCATE audit.\(table)", on: connection) { result.overdue += 1 }
        }
        if result.dropped > 0 {
            try await Rollups.forget(on: connection)
        }
        if result.dropped > 0 { try await Self.deleteNotes(on: connection) }
        _ = try await connection.query(
            """
            DELETE FROM audit.refusals WHERE id IN (
                SELECT id FROM audit.refusals WHERE at < now() - interval '\(Self.refusalDays) days' ORDER BY at LIMIT \(Self.refusalsAtOnce))
            """, [], timeout: .seconds(30))
        return result
    }

    /// Runs a statement.
    /// - Returns: false if the lock timed out, because someone read the table for too long.
    private func isDone(_ statement: String, on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        do throws(PostgresError) {
            try await connection.execute(statement, timeout: .seconds(30))
            return true
        } catch {
            guard error.sqlState == "55P03" else { throw error }
            return false
        }
    }

    /// The partitions that have sealed requests although none are to be kept.
    private func filled(on connection: PostgresConnection) async throws(PostgresError) -> [String] {
        guard sealedDays == 0 else { return [] }
        return try await connection.query("SELECT audit.filled_sealed() AS name", [], timeout: .seconds(30))
            .compactMap { $0["name"].text }
    }

    /// Deletes the notes and the marks of erasures of dropped calls. The first 48 bits of an id are its time in
    /// milliseconds, so ids compare like times.
    private static func deleteNotes(on connection: PostgresConnection) async throws(PostgresError) {
        try await connection.execute(
            """
            DELETE FROM audit.notes
            WHERE call < (lpad(to_hex((extract(epoch FROM audit.oldest()) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
            DELETE FROM audit.erased WHERE at < audit.oldest()
            """, timeout: .seconds(30))
    }

    /// Age and size of the trail, for metrics.
    package func state(on connection: PostgresConnection) async throws(PostgresError) -> State {
        var overdue = 0
        for (parent, days) in tables { overdue += try await expired(parent, days, nil, on: connection).count }
        overdue += try await filled(on: connection).count
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM now() - audit.oldest()) AS calls,
                   extract(epoch FROM now() - audit.oldest('intents')) AS bodies,
                   extract(epoch FROM now() - audit.oldest('sealed')) AS sealed,
                   (SELECT sum(pg_total_relation_size(oid)) FROM pg_catalog.pg_class
                    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r') AS bytes
            """, [], timeout: .seconds(30))
        return State(
            oldestCallsSeconds: rows.first?["calls"].double ?? 0,
            oldestBodiesSeconds: rows.first?["bodies"].double ?? 0,
            oldestSealedSeconds: rows.first?["sealed"].double ?? 0,
            bytes: rows.first?["bytes"].double ?? 0, overdue: overdue)
    }

    private func expired(
        _ parent: String, _ days: Int, _ nowMilliseconds: Int64?, on connection: PostgresConnection
    ) async throws(PostgresError) -> [String] {
        let rows = try await connection.query(
            """
            SELECT audit.expired($1::text, $2::integer, coalesce(to_timestamp($3::bigint / 1000.0), now())) AS name
            """,
            [.text(parent), .integer(Int64(days)), nowMilliseconds.map { .integer($0) } ?? .null], timeout: .seconds(30)
        )
        return rows.compactMap { $0["name"].text }
    }
}
