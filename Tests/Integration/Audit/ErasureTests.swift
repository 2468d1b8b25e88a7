import Postgres
import TestSupport
import Testing

@testable import Audit

@Suite("The bodies of a person's calls are erased, on record") struct ErasureTests {
    private static let key = FingerprintKey(version: 1, bytes: Array(0..<16))
    private static let bodies = ["responses", "sealed", "replies"]

    private func erasure(_ value: String) -> Erasure {
        Erasure(key: ("phone", value), keys: [Self.key], by: "admin", because: "on request")
    }

    /// Adds a call with every body.
    private func insert(
        _ id: CallID, key value: String?, rows: KnownCall.Rows, isTruncated: Bool = false,
        _ connection: PostgresConnection
    ) async throws {
        var call = KnownCall(id, deadline: id.epochMilliseconds + 3_600_000)
        call.rows = rows
        try await call.insert(on: connection)
        let keys = value.map { "'{\(Self.key.fingerprint(name: "phone", value: $0))}'" } ?? "NULL"
        let this = "at = '\(KnownCall.instant(id.epochMilliseconds))' AND id = '\(id.text)'"
        try await connection.execute(
            """
            UPDATE audit.intents SET keys = \(keys), request = '{"phone":"***"}' WHERE \(this);
            UPDATE audit.calls SET keys = \(keys), keys_truncated = \(isTruncated) WHERE \(this);
            INSERT INTO audit.sealed (at, id, key_id, bytes, sealed) SELECT at, id, 1, 1, 'x' FROM audit.intents WHERE \(this);
            \(rows == .open ? "" : Self.insertResults(this))
            """)
    }

    private static func insertResults(_ this: String) -> String {
        """
        INSERT INTO audit.responses (at, id, response) SELECT at, id, '{}' FROM audit.intents WHERE \(this);
        INSERT INTO audit.replies (at, id, status, media_type, sealed) SELECT at, id, 200, 'a', 'x' FROM audit.intents WHERE \(this)
        """
    }

    private func left(_ trail: Trail) async throws -> [Int] {
        var left = [try await trail.number("SELECT count(request) FROM audit.intents")]
        for table in Self.bodies { left.append(try await trail.number("SELECT count(*) FROM audit.\(table)")) }
        return left
    }

    @Test("Bodies of calls with the key go, also of earlier days; rows of calls and other calls stay")
    func erasesBodies() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let ids = [callID(now - 20_000_000), callID(now - 3000), callID(now - 2000), callID(now - 1000)]
            try await trail.database.withConnection(trail.loop) { connection in
                try await insert(ids[0], key: "1", rows: .ended, connection)
                try await insert(ids[1], key: "1", rows: .both, connection)
                try await insert(ids[2], key: "2", rows: .ended, isTruncated: true, connection)
                try await insert(ids[3], key: nil, rows: .ended, connection)
            }
            let expected = Erasure.Result(calls: 2, keysTruncated: 1)
            #expect(try await reader.count(erasure("1")) == expected)
            #expect(try await left(trail) == [4, 4, 4, 4])
            #expect(try await trail.number("SELECT count(*) FROM audit.erasures") == 0)
            #expect(try await reader.erase(erasure("1")) == expected)
            #expect(try await left(trail) == [2, 2, 2, 2])
            #expect(try await trail.number("SELECT count(*) FROM audit.calls") == 5)
            let rows = try await reader.list(TrailQuery()).rows
            #expect(rows.map { $0.erasedAt?.utf8.count } == [nil, nil, 24, 24])
            #expect(try await reader.call(ids[0])?.erasedAt == rows[3].erasedAt)
            #expect(try await reader.unmask(ids[0], by: "ann", because: "r") == .absent)
            let record = try await trail.database.rows(
                "SELECT eraser, reason, calls, keys::text AS keys FROM audit.erasures", [], trail.loop)
            #expect(record.count == 1 && record[0]["eraser"].text == "admin" && record[0]["calls"].integer == 2)
            #expect(record[0]["keys"].text == "{\(Self.key.fingerprint(name: "phone", value: "1"))}")
            // A repetition finds the same calls, and a key that no call has finds none.
            #expect(try await reader.erase(erasure("1")) == expected)
            #expect(try await reader.erase(erasure("3")) == Erasure.Result(calls: 0, keysTruncated: 1))
            #expect(try await left(trail) == [2, 2, 2, 2])
        }
    }

    @Test("What comes after the erasure of an open call goes, too")
    func openCall() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let id = callID(try await trail.now() - 1000)
            let this = "at = '\(KnownCall.instant(id.epochMilliseconds))' AND id = '\(id.text)'"
            try await trail.database.withConnection(trail.loop) { connection in
                try await insert(id, key: "1", rows: .open, connection)
                #expect(try await reader.erase(erasure("1")).calls == 1)
                #expect(try await reader.list(TrailQuery()).rows.map(\.outcome) == ["open"])
                #expect(try await connection.query("SELECT audit.finish_erasures()").first?[0].integer == 0)
                try await KnownCall(id).insertRow(source: 1, "success", 200, connection)
                try await connection.execute(Self.insertResults(this))
                #expect(try await connection.query("SELECT audit.finish_erasures()").first?[0].integer == 1)
                #expect(try await connection.query("SELECT audit.finish_erasures()").first?[0].integer == 0)
            }
            #expect(try await left(trail) == [0, 0, 0, 0])
            let row = try #require(try await reader.call(id))
            #expect(row.outcome == "success" && row.erasedAt != nil)
        }
    }
}
