public import Postgres
import TOP

/// Reads the trail. Every query is bounded in rows and time.
public final class TrailReader {
    private let pool: PostgresPool
    private let timeout: Duration

    /// - Parameters:
    ///   - pool: connections of the loop on which the reader is used.
    ///   - timeout: the longest that one query may take.
    public init(pool: PostgresPool, timeout: Duration = .seconds(10)) {
        self.pool = pool
        self.timeout = timeout
    }

    /// Ends the connections; queries fail from now on.
    public func close() { pool.close() }

    /// One page of calls, newest first.
    public func list(_ filter: TrailFilter) async throws(PostgresError) -> TrailPage {
        let (sql, parameters) = filter.statement()
        let rows = try await pool.query(sql, parameters, timeout: timeout)
        return TrailPage(rows: rows.compactMap { TrailRow($0) }, filter: filter)
    }

    /// One call, or nil when there is none of that id.
    public func call(_ id: CallID) async throws(PostgresError) -> TrailRow? {
        let rows = try await pool.query(Self.callStatement, Self.parameters(id), timeout: timeout)
        return rows.first.flatMap { TrailRow($0) }
    }

    /// The masked request of a call; nil when there is none, or no longer.
    public func request(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT request FROM audit.intents WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["request"].text
    }

    /// The masked answer of a call; nil when there is none, or no longer.
    public func response(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT response FROM audit.responses WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["response"].text
    }

    /// The replica's row, else the reconciler's, else the intent: each found in the one partition of its `at`.
    static let callStatement = """
        (SELECT \(TrailRow.endedColumns), source FROM audit.calls WHERE at = \(at) AND id = $2::uuid) \
        UNION ALL (SELECT \(TrailRow.openColumns), -1 FROM audit.intents WHERE at = \(at) AND id = $2::uuid) \
        ORDER BY source DESC LIMIT 1
        """

    private static let at = "$1::timestamptz"

    static func parameters(_ id: CallID) -> [SQLValue] {
        [.text(TOPTime.rfc3339(epochMilliseconds: Int(id.epochMilliseconds))), .text(id.text)]
    }
}
