public import Postgres

/// Drops what is old enough: whole days of bodies and of calls, and refusals.
///
/// A day goes when its last instant is older than the retention. A table is dropped under a short lock timeout, so that writers never wait long behind a
/// reader; what could not be dropped is tried again at the next run, and counted as overdue.
public struct Retention: Sendable, Equatable {
    /// Days for which requests and answers are kept.
    public var bodyDays: Int
    /// Days for which calls are kept; bodies never outlive them.
    public var callDays: Int
    /// Days for which refusals are kept.
    public static let refusalDays = 7
    /// Refusals deleted at a time.
    private static let refusalsAtOnce = 10_000

    /// What a run left.
    public struct Result: Sendable, Equatable {
        /// Tables dropped.
        public var dropped = 0
        /// Tables that should have gone and are still there.
        public var overdue = 0
    }

    /// How the trail stands.
    public struct State: Sendable, Equatable {
        /// Seconds since the begin of the oldest day of calls.
        public let oldestCallsSeconds: Double
        /// Seconds since the begin of the oldest day of bodies.
        public let oldestBodiesSeconds: Double
        /// Bytes of all tables and indexes of the trail.
        public let bytes: Double
        /// Tables that should have been dropped by now.
        public let overdue: Int
    }

    /// Both in days.
    public init(bodyDays: Int, callDays: Int) {
        self.bodyDays = bodyDays
        self.callDays = callDays
    }

    private var tables: [(parent: String, days: Int)] {
        [("intents", min(bodyDays, callDays)), ("responses", min(bodyDays, callDays)), ("calls", callDays)]
    }

    /// Drops what is due.
    /// - Parameter nowMilliseconds: another time than the database's own, for tests.
    public func run(
        on connection: PostgresConnection, nowMilliseconds: Int64? = nil, lockTimeoutMilliseconds: Int = 200
    ) async throws(PostgresError) -> Result {
        var result = Result()
        _ = try await connection.query(
            "SELECT set_config('lock_timeout', $1, false)", [.text("\(lockTimeoutMilliseconds)ms")],
            timeout: .seconds(5))
        for (parent, days) in tables {
            for table in try await expired(parent, days, nowMilliseconds, on: connection) {
                do throws(PostgresError) {
                    // The name is one of the catalogue's that matched `parent_YYYYMMDD`.
                    try await connection.execute("DROP TABLE IF EXISTS audit.\(table)", timeout: .seconds(30))
                    result.dropped += 1
                } catch {
                    guard error.sqlState == "55P03" else { throw error }
                    result.overdue += 1
                }
            }
        }
        if result.dropped > 0 {
            try await Rollups.forget(on: connection)
        }
        _ = try await connection.query(
            """
            DELETE FROM audit.refusals WHERE id IN (
                SELECT id FROM audit.refusals WHERE at < now() - interval '\(Self.refusalDays) days' ORDER BY at LIMIT \(Self.refusalsAtOnce))
            """, [], timeout: .seconds(30))
        return result
    }

    /// How the trail stands, for metrics.
    public func state(on connection: PostgresConnection) async throws(PostgresError) -> State {
        var overdue = 0
        for (parent, days) in tables { overdue += try await expired(parent, days, nil, on: connection).count }
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM now() - audit.oldest()) AS calls,
                   extract(epoch FROM now() - coalesce(
                       (SELECT audit.day_start(to_date(min(right(relname, 8)), 'YYYYMMDD')) FROM pg_catalog.pg_class
                        WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^intents_[0-9]{8}$'), now())) AS bodies,
                   (SELECT sum(pg_total_relation_size(oid)) FROM pg_catalog.pg_class
                    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r') AS bytes
            """, [], timeout: .seconds(30))
        return State(
            oldestCallsSeconds: rows.first?["calls"].double ?? 0,
            oldestBodiesSeconds: rows.first?["bodies"].double ?? 0,
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
