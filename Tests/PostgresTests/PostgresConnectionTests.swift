import EventLoop
import Testing

@testable import Postgres

@Suite struct PostgresConnectionTests {
    @Test("A query gives its rows by place and by name, in every type that is read")
    func readsRows() async throws {
        let settings = try Shared.settings()
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            defer { connection.close() }
            let rows = try await connection.query(
                """
                SELECT $1::bigint AS number, $2::text AS words, $3::bytea AS octets, $4::boolean AS flag,
                    NULL AS nothing, 1.5::float8 AS real
                """,
                [.integer(9_007_199_254_740_993), .text("你好, 'x' \\"), .bytes([0, 255, 16]), .bool(true)])
            #expect(rows.columns == ["number", "words", "octets", "flag", "nothing", "real"])
            #expect(rows.count == 1)
            #expect(rows[0]["number"].integer == 9_007_199_254_740_993)
            #expect(rows[0][1].text == "你好, 'x' \\")
            #expect(rows[0]["octets"].bytes == [0, 255, 16])
            #expect(rows[0]["flag"].bool == true)
            #expect(rows[0]["nothing"].isNull)
            #expect(rows[0]["real"].double == 1.5)
            #expect(rows[0]["missing"].isNull)
        }
    }
}
