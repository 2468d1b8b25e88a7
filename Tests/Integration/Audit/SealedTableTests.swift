import Audit
import Crypto
import Postgres
import TestSupport
import Testing
import Vault

@Suite("All sealed values are known", .serialized)
struct SealedTableTests {
    @Test("Each column of sealed values in the database is one that a rotation of the master key visits")
    func everySealedColumn() async throws {
        try await withTrail { trail in
            let rows = try await trail.database.rows(
                """
                SELECT table_schema || '.' || table_name || '.' || column_name
                FROM information_schema.columns JOIN pg_class ON oid = (table_schema || '.' || table_name)::regclass
                WHERE table_schema IN ('vault', 'audit') AND data_type = 'bytea' AND column_name LIKE '%sealed%'
                  AND NOT relispartition
                ORDER BY 1
                """, [], trail.loop)
            let found = rows.map { $0[0].text ?? "" }
            #expect(found == (SealedTable.vault + SealedTable.audit).map(\.description).sorted())
        }
    }

    @Test("Values over many pages, of many sizes and next to values of the first key are all visited, each once")
    func manyPages() async throws {
        try await withTrail { trail in
            let ring = try KeyRing(base64: "\(Self.text(2)) \(Self.text(1))")
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute(
                    """
                    INSERT INTO audit.sealed (id, at, key_id, bytes)
                    SELECT ('019b0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
                           now() - interval '1 hour' + n / 7 * interval '1 ms', 1, 1
                    FROM generate_series(1, 11000) AS n
                    """)
                let keys = [try KeyRing(base64: Self.text(1)), ring]
                for row in try await connection.query(
                    "SELECT id::text, at::text, n FROM (SELECT *, row_number() OVER (ORDER BY at, id) AS n "
                        + "FROM audit.sealed) AS s WHERE n % 11 = 0")
                {
                    let (text, number) = (row[0].text ?? "", Int(row[2].integer ?? 0))
                    let id = try #require(CallID(text))
                    let size = number % 500 == 0 ? 3 << 20 : number % 40
                    let blob = try keys[number % 3 == 0 ? 1 : 0].seal(
                        [UInt8](repeating: 7, count: size), associated: Array("audit.sealed/sealed/".utf8) + id.bytes)
                    _ = try await connection.query(
                        "UPDATE audit.sealed SET sealed = $3 WHERE id = $1::uuid AND at = $2::timestamptz",
                        [.text(text), .text(row[1].text ?? ""), .bytes(blob)])
                }
                let values = SealedValues(connection: connection, key: ring, tables: SealedTable.audit)
                let before = try await values.check { _, _, _ in }
                #expect(before.opened.values.reduce(0, +) == 1000 && before.unreadableCount == 0)
                let older = before.opened[try SealingKey(base64: Self.text(1)).id] ?? 0
                let walk = try await values.sealAgain { _, _, _ in }
                #expect(walk.sealedAgain == older && older > 600 && walk.changedMeanwhile == 0)
                let after = try await values.check { _, _, _ in }
                #expect(after.opened == [ring.newest.id: 1000])
                #expect(try await values.sealAgain { _, _, _ in }.sealedAgain == 0)
                let ids = try await connection.query(
                    "SELECT count(*) FROM audit.sealed WHERE sealed IS NOT NULL AND key_id = \(ring.newest.id)")
                #expect(ids.first?[0].integer == Int64(older))
            }
        }
    }

    private static func text(_ byte: UInt8) -> String {
        // base64 of 32 equal bytes.
        ["", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="][Int(byte)]
    }
}
