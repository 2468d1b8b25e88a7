import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("Statements that a connection keeps prepared")
struct PreparedStatementCacheTests {
    @Test("A text is prepared when it comes again, and its name is used from then on")
    func textIsPreparedWhenItComes() {
        var kept = PreparedStatementCache()
        #expect(kept.next(for: "SELECT 1").way == .once)
        #expect(kept.next(for: "SELECT 2").way == .once)
        #expect(kept.next(for: "SELECT 1").way == .prepare("k1"))
        #expect(kept.next(for: "SELECT 1").way == .execute("k1"))
        #expect(kept.next(for: "SELECT 2").way == .prepare("k2"))
        kept.forget("SELECT 1")
        #expect(kept.next(for: "SELECT 1").way == .once)
        #expect(kept.next(for: "SELECT 1").way == .prepare("k3"))
    }

    @Test("Of too many texts the one that was not used for longest goes, and its statement with it")
    func ofTooManyTexts() {
        var kept = PreparedStatementCache()
        for text in ["kept", "kept", "seen"] { _ = kept.next(for: text) }
        for number in 2..<PreparedStatementCache.maximumCount {
            #expect(kept.next(for: "SELECT \(number)").dropped == nil)
        }
        _ = kept.next(for: "seen")
        #expect(kept.next(for: "one more").dropped == "k1")
        // What was seen only once has no statement that could go.
        let next = kept.next(for: "and another")
        #expect(next.dropped == nil && next.way == .once)
        #expect(kept.next(for: "seen").way == .execute("k2"))
    }

    @Test("Values differ from one use to the next; the server has one statement, with one plan for all values")
    func valuesDifferFromOneUse() async throws {
        try await withKept { connection in
            for number in 1...4 {
                let rows = try await connection.query(
                    "SELECT $1::int8 * 2 AS twice", [.integer(Int64(number))], plan: .generic)
                #expect(rows.first?["twice"].integer == Int64(number) * 2)
            }
            let statements = try await connection.query(
                "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements", plan: .custom)
            #expect(statements.count == 1)
            #expect(statements.first?["generic_plans"].integer == 3)
            #expect(statements.first?["custom_plans"].integer == 0)
        }
    }

    @Test("A statement that the server has lost, or whose table has changed, is run all the same")
    func statementThatServerHasLost() async throws {
        try await withKept { connection in
            let sql = "SELECT * FROM kept WHERE id = $1::int8"
            for _ in 1...3 { _ = try await connection.query(sql, [.integer(7)], plan: .generic) }
            try await connection.execute("DEALLOCATE ALL")
            #expect(try await connection.query(sql, [.integer(7)], plan: .generic).count == 1)
            for _ in 1...3 { _ = try await connection.query(sql, [.integer(7)], plan: .generic) }
            try await connection.execute("ALTER TABLE kept ADD COLUMN name text DEFAULT 'seven'")
            let rows = try await connection.query(sql, [.integer(7)], plan: .generic)
            #expect(rows.first?["name"].text == "seven")
            // Its new form is kept like any other.
            for _ in 1...3 { _ = try await connection.query(sql, [.integer(7)], plan: .generic) }
            let statements = try await connection.query("SELECT FROM pg_prepared_statements", plan: .custom)
            #expect(statements.count == 1)
        }
    }

    @Test("An error is the caller's, each time, and costs neither the connection nor a second statement")
    func errorIsCaller() async throws {
        try await withKept { connection in
            for _ in 1...3 {
                let error = await #expect(throws: PostgresError.self) {
                    _ = try await connection.query("SELECT 1 / $1::int8", [.integer(0)], plan: .generic)
                }
                #expect(error?.sqlState == "22012")
                await #expect(throws: PostgresError.self) {
                    _ = try await connection.query("SELECT $1 FROM nowhere", [.integer(0)], plan: .generic)
                }
            }
            let statements = try await connection.query("SELECT FROM pg_prepared_statements", plan: .custom)
            #expect(statements.count == 1)
        }
    }

    @Test("A hundred texts leave no more statements than are kept")
    func hundredTextsLeaveNoMoreStatements() async throws {
        try await withKept { connection in
            for number in 0..<100 {
                for _ in 1...2 {
                    let rows = try await connection.query(
                        "SELECT $1::int8 + \(number) AS sum", [.integer(1)], plan: .generic)
                    #expect(rows.first?["sum"].integer == Int64(number) + 1)
                }
            }
            let count = try await connection.query("SELECT count(*) AS n FROM pg_prepared_statements", plan: .custom)
            #expect(count.first?["n"].integer == Int64(PreparedStatementCache.maximumCount))
        }
    }

    private func withKept(_ body: @escaping @Sendable (PostgresConnection) async throws -> Void) async throws {
        let settings = try await SharedCluster.settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            defer { connection.close() }
            try await connection.execute("CREATE TEMPORARY TABLE kept (id int8); INSERT INTO kept VALUES (7)")
            try await body(connection)
        }
    }
}
