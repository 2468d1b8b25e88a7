import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Two tables in a schema of their own, and rows for them.
struct WriterFixture: Sendable {
    let settings: PostgresSettings
    let schema: String

    init(_ settings: PostgresSettings) {
        self.settings = settings
        schema = uniqueName("w")
    }

    var tables: [TableLayout] {
        [
            TableLayout(
                name: "\(schema).calls",
                columns: [
                    .init("id", "uuid"), .init("at", "timestamptz"), .init("number", "bigint"), .init("small", "int2"),
                    .init("middle", "int4"), .init("flag", "bool"), .init("keys", "bigint[]"), .init("refs", "text[]"),
                    .init("octets", "bytea"), .init("body", "text", isDroppable: true),
                ]),
            TableLayout(
                name: "\(schema).answers",
                columns: [.init("id", "uuid"), .init("answer", "text", isDroppable: true)]),
        ]
    }

    /// `body` may not be "poison", `number` not negative, and `flag` not NULL.
    var ddl: String {
        """
        CREATE SCHEMA \(schema);
        CREATE TABLE \(schema).calls (id uuid PRIMARY KEY, at timestamptz, number bigint CHECK (number >= 0),
            small int2, middle int4, flag bool NOT NULL, keys bigint[], refs text[], octets bytea,
            body text CHECK (body <> 'poison'));
        CREATE TABLE \(schema).answers (id uuid PRIMARY KEY, answer text)
        """
    }

    func create(_ loop: EventLoop) async throws {
        try await withConnection(loop) { try await $0.execute(ddl) }
    }

    func withConnection<T>(
        _ loop: EventLoop, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let connection = try await PostgresConnection.connect(settings, on: loop)
        defer { connection.close() }
        return try await body(connection)
    }

    /// The single number that a query gives.
    func number(_ sql: String, _ loop: EventLoop) async throws -> Int {
        try await withConnection(loop) { Int(try await $0.query(sql)[0][0].integer ?? -1) }
    }

    func countCalls(_ loop: EventLoop) async throws -> Int {
        try await number("SELECT count(*) FROM \(schema).calls", loop)
    }

    /// The rows of one call.
    func call(_ id: Int, number: Int64? = nil, body: String? = "a body, 正文", answer: String? = nil) -> [EncodedRow] {
        var row = RowEncoder(table: 0)
        row.uuid(high: 0, low: UInt64(id))
        row.timestamp(epochMilliseconds: 1_700_000_000_123)
        row.int8(number ?? Int64(id))
        row.int2(-2)
        row.int4(70_000)
        row.bool(true)
        row.int8s([1, -9_007_199_254_740_993])
        row.texts(["a", "", "ü\""])
        row.binary([0, 255, 1])
        row.text(body)
        var rows = [row.finish()]
        if let answer {
            var second = RowEncoder(table: 1)
            second.uuid(high: 0, low: UInt64(id))
            second.text(answer)
            rows.append(second.finish())
        }
        return rows
    }

    func writer(
        _ loop: EventLoop, _ mode: WriterConfiguration.Mode = .persistent, connections: Int = 2,
        _ change: (inout WriterConfiguration) -> Void = { _ in }
    ) -> BatchWriter {
        var configuration = WriterConfiguration(mode: mode, connections: connections)
        change(&configuration)
        return BatchWriter(loop: loop, settings: settings, tables: tables, configuration: configuration)
    }
}

extension BatchWriter {
    /// Writes, and gives the error instead of throwing it.
    func attempt(_ rows: [EncodedRow]) async -> WriteError? {
        do throws(WriteError) {
            try await write(rows)
            return nil
        } catch {
            return error
        }
    }
}
