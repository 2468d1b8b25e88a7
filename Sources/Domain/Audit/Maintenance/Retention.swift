package import Postgres

/// Drops what is old enough: whole days of sealed requests, of bodies and of calls, and refusals.
///
/// A day goes when its last instant is older than the retention. A table is dropped under a short lock timeout, so that writers never wait long behind a
/// reader; what could not be dropped is tried again at the next run, and counted as overdue.
package struct Retention: Sendable, Equatable {
    /// Days for which requests and answers are kept.
    package var bodyDays: Int
    /// Days for which calls are kept; bodies never outlive them.
    package var callDays: Int
    /// Days for which full requests are kept, sealed; 0: none is, and what is there goes at once.
    package var sealedDays: Int
    /// Days for which refusals are kept.
    package static let refusalDays = 7
    /// Days for which replies to calls with an idempotency key are kept: as long as the longest life of a key.
    static let replyDays = 16
    /// Refusals deleted at a time.
    private static let refusalsAtOnce = 10_000

    /// What a run left.
    package struct Result: Sendable, Equatable {
        /// Tables dropped.
        package var dropped = 0
        /// Tables that should have gone and are still there.
        package var overdue = 0
    }

    /// How the trail stands.
    package struct State: Sendable, Equatable {
        /// Seconds since the begin of the oldest day of calls.
        package let oldestCallsSeconds: Double
        /// Seconds since the begin of the oldest day of bodies.
        package let oldestBodiesSeconds: Double
        /// Seconds since the begin of the oldest day of sealed requests.
        package let oldestSealedSeconds: Double
        /// Bytes of all tables and indexes of the trail.
        package let bytes: Double
        /// Tables that should have been dropped by now.
        package let overdue: Int
    }

    /// All in days.
    package init(bodyDays: Int, callDays: Int, sealedDays: Int = 7) {
        self.bodyDays = bodyDays
        self.callDays = callDays
        self.sealedDays = sealedDays
    }

    private var tables: [(parent: String, days: Int)] {
        let bodyDays = min(bodyDays, callDays)
        return [
            ("sealed", min(sealedDays, bodyDays)), ("intents", bodyDays), ("responses", bodyDays), ("calls", callDays),
            ("replies", Self.replyDays),
        ]
    }

    /// Drops what is due.
    /// - Parameter nowMilliseconds: another time than the database's own, for tests.
    package func run(
        on connection: PostgresConnection, nowMilliseconds: Int64? = nil, lockTimeoutMilliseconds: Int = 200
    ) async throws(PostgresError) -> Result {
        var result = Result()
        _ = try await connection.query(
            "SELECT set_config('lock_timeout', $1, false)", [.text("\(lockTimeoutMilliseconds)ms")],
            timeout: .seconds(5))
        for (parent, days) in tables {
            for table in try await expired(parent, days, nowMilliseconds, on: connection) {
                // The name is one of the catalogue's that matched `parent_YYYYMMDD`.
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

    /// Does it, or gives up when somebody reads the table for too long.
    private func isDone(_ statement: String, on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        do throws(PostgresError) {
            try await connection.execute(statement, timeout: .seconds(30))
            return true
        } catch {
            guard error.sqlState == "55P03" else { throw error }
            return false
        }
    }

    /// The days with sealed requests, where none is to be kept.
    private func filled(on connection: PostgresConnection) async throws(PostgresError) -> [String] {
        guard sealedDays == 0 else { return [] }
        return try await connection.query("SELECT audit.filled_sealed() AS name", [], timeout: .seconds(30))
            .compactMap { $0["name"].text }
    }

    /// Notes go with their calls. The first 48 bits of an id are its millisecond, so that ids compare as times do.
    private static func deleteNotes(on connection: PostgresConnection) async throws(PostgresError) {
        try await connection.execute(
            """
            DELETE FROM audit.notes
            WHERE call < (lpad(to_hex((extract(epoch FROM audit.oldest()) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
            """, timeout: .seconds(30))
    }

    /// How the trail stands, for metrics.
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
