import EventLoop
import Postgres
import TOP
import TestSupport

@testable import Audit
import Time

/// A database with the trail's tables, and the loop on which it is used.
struct Trail: Sendable {
    let loop: EventLoop
    let database: TestDatabase

    func reader() -> TrailReader {
        TrailReader(pool: PostgresPool(loop: loop, settings: database.settings, size: 2))
    }

    /// The single number that a query gives; -1 for NULL.
    func number(_ sql: String, _ parameters: [SQLValue] = []) async throws -> Int {
        Int(try await database.rows(sql, parameters, loop)[0][0].integer ?? -1)
    }

    /// The database's time in milliseconds since 1970.
    func now() async throws -> Int64 {
        Int64(try await number("SELECT floor(extract(epoch FROM now()) * 1000)::bigint"))
    }

    /// Runs `body` in a transaction, where `now()` stands still, and commits.
    func frozen<T>(_ body: (PostgresConnection, _ now: Int64) async throws -> T) async throws -> T {
        try await database.withConnection(loop) { connection in
            try await connection.execute("BEGIN")
            let rows = try await connection.query("SELECT floor(extract(epoch FROM now()) * 1000)::bigint")
            let result = try await body(connection, rows[0][0].integer ?? 0)
            try await connection.execute("COMMIT")
            return result
        }
    }
}

/// Runs `body` with a database of its own that has the trail's tables.
func withTrail<T: Sendable>(_ body: @escaping @Sendable (Trail) async throws -> T) async throws -> T {
    try await onLoop { loop in
        let trail = Trail(loop: loop, database: try await TestDatabase.make(on: loop))
        let result = try await body(trail)
        try await trail.database.endConnections(loop)
        return result
    }
}

/// A call as a test knows it, with the rows that stand for it in the trail.
struct KnownCall: Sendable {
    /// Which rows there are beside the intent.
    enum Rows: Sendable, CaseIterable {
        case open, ended, reconciled, both
    }

    var id: CallID
    var caller = "shop"
    var app = "main"
    var seller: String?
    var method = "tmall.car.lease.freedownpayment.put"
    var rows = Rows.open
    /// How the replica says that it ended.
    var ending = Outcome.success
    /// Milliseconds since 1970.
    var deadline: Int64
    /// When PostgreSQL took the intent, milliseconds since 1970; nil: when the replica's clock says that it began.
    var madeAt: Int64?

    init(_ id: CallID, deadline: Int64? = nil) {
        self.id = id
        self.deadline = deadline ?? id.epochMilliseconds + 30_000
    }

    /// What a reader is to see.
    var outcome: String {
        switch rows {
        case .open: Outcome.open
        case .ended, .both: ending.rawValue
        case .reconciled: Outcome.unknown.rawValue
        }
    }

    /// Adds the rows.
    func insert(on connection: PostgresConnection) async throws {
        let parameters: [SQLValue] = [
            .text(id.text), .text(Self.instant(id.epochMilliseconds)), .text(Self.instant(deadline)), .text(caller),
            .text(app), seller.map { .text($0) } ?? .null, .text(method),
            .text(Self.instant(madeAt ?? id.epochMilliseconds)),
        ]
        _ = try await connection.query(
            """
            INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, request, made_at)
            VALUES ($1, $2, $3, 'test', $4, $5, $6, $7, '{}', $8)
            """, parameters)
        if rows == .reconciled || rows == .both { try await insertRow(source: 0, "unknown", 504, connection) }
        if rows == .ended || rows == .both { try await insertRow(source: 1, ending.rawValue, 200, connection) }
    }

    /// Adds the row that the replica (1) or a reconciler (0) writes.
    func insertRow(
        source: Int64, _ outcome: String, _ status: Int64, _ connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            """
            INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status,
                                     duration_us, attempts, request_bytes, response_bytes)
            VALUES ($1, $2, $3, now(), $4, $5, $6, $7, $8, $9, 1500, 1, 10, 20)
            """,
            [
                .text(id.text), .text(Self.instant(id.epochMilliseconds)), .integer(source), .text(caller),
                .text(app), seller.map { .text($0) } ?? .null, .text(method), .text(outcome), .integer(status),
            ])
    }

    static func instant(_ milliseconds: Int64) -> String { RFC3339.text(epochMilliseconds: milliseconds) }
}

/// An id of a millisecond.
func callID(_ epochMilliseconds: Int64) -> CallID {
    var random = SystemRandomNumberGenerator()
    return CallID.make(epochMilliseconds: epochMilliseconds, using: &random)
}
