import Postgres
import TestSupport
import Testing

@testable import Audit

/// What leads from one call to others: shared business keys, and what notes say.
@Suite struct SiblingTests {
    /// Calls 1–7 of one minute with keys; 5 is open, 7 has none.
    private static func fill(_ connection: PostgresConnection, from start: Int64) async throws -> [CallID] {
        var ids: [CallID] = []
        for (number, keys) in ["{1,2}", "{2,3}", "{4}", "{3}", "{1}", "{-9223372036854775808}", "{}"].enumerated() {
            var call = KnownCall(callID(start + Int64(number)))
            call.rows = number == 4 ? .open : number == 3 ? .both : .ended
            try await call.insert(on: connection)
            for table in ["intents", "calls"] {
                _ = try await connection.query(
                    "UPDATE audit.\(table) SET keys = nullif('\(keys)', '{}')::bigint[] WHERE id = $1::uuid",
                    [.text(call.id.text)])
            }
            ids.append(call.id)
        }
        // A key that only the answer told.
        _ = try await connection.query(
            "UPDATE audit.calls SET keys = '{4,-9223372036854775808}' WHERE id = $1::uuid", [.text(ids[2].text)])
        return ids
    }

    private func siblings(of id: CallID, _ reader: TrailReader) async throws -> [CallID] {
        var filter = TrailQuery()
        filter.siblingOf = id
        return try await reader.list(filter).rows.map(\.id)
    }

    @Test("Siblings share a key, in request or answer, open ones too; a call is no sibling of its own")
    func siblingsShareKey() async throws {
        try await withTrail { trail in
            let ids = try await trail.frozen { try await Self.fill($0, from: $1 - 60_000) }
            let reader = trail.reader()
            defer { reader.close() }
            #expect(try await siblings(of: ids[0], reader) == [ids[4], ids[1]])
            #expect(try await siblings(of: ids[1], reader) == [ids[3], ids[0]])
            #expect(try await siblings(of: ids[4], reader) == [ids[0]])
            #expect(try await siblings(of: ids[2], reader) == [ids[5]], "by a key of the answer")
            #expect(try await siblings(of: ids[6], reader).isEmpty, "no keys, no siblings")
            #expect(try await siblings(of: callID(1_700_000_000_000), reader).isEmpty, "no such call")
        }
    }

    @Test("A key that many calls of the method share leads to siblings only where there is no other")
    func broadKeys() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let reader = trail.reader()
            defer { reader.close() }
            let ids = try await trail.frozen { connection, _ in
                var ids: [CallID] = []
                for number in 0..<SiblingKeys.broadCalls {
                    var call = KnownCall(callID(now - 10_000 + Int64(number)))
                    call.rows = .ended
                    try await call.insert(on: connection)
                    // All share 7; each two share one more; the last has nothing but 7.
                    let keys = number == SiblingKeys.broadCalls - 1 ? "{7}" : "{7,\(100 + number / 2)}"
                    _ = try await connection.query(
                        "UPDATE audit.calls SET keys = '\(keys)' WHERE id = $1::uuid", [.text(call.id.text)])
                    ids.append(call.id)
                }
                return ids
            }
            #expect(try await siblings(of: ids[4], reader) == [ids[5]])
            #expect(try await siblings(of: try #require(ids.last), reader).count == ids.count - 1)
        }
    }

    @Test("The last note that settles a call counts, and open calls are neither settled nor not")
    func lastNoteThatSettles() async throws {
        try await withTrail { trail in
            let ids = try await trail.frozen { try await Self.fill($0, from: $1 - 60_000) }
            let reader = trail.reader()
            defer { reader.close() }
            for (index, settles) in [(0, Note.Settlement.done), (1, .done), (1, .notDone), (3, nil), (1, nil)] {
                _ = try await reader.add("note", settling: settles, to: ids[index], by: "ann")
            }
            func found(_ settled: SettledFilter) async throws -> [CallID] {
                var filter = TrailQuery()
                filter.settled = settled
                return try await reader.list(filter).rows.map(\.id)
            }
            #expect(try await found(.done) == [ids[0]])
            #expect(try await found(.notDone) == [ids[1]])
            #expect(try await found(.none) == [ids[6], ids[5], ids[3], ids[2]])
        }
    }

    @Test("A row says how long the call waited for its intent, when it was ready, and who closed it")
    func rowSaysHowLong() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let reader = trail.reader()
            defer { reader.close() }
            var ids: [CallID] = []
            for (index, rows) in [KnownCall.Rows.open, .ended, .reconciled, .both].enumerated() {
                var call = KnownCall(callID(now - 1000 + Int64(index)))
                call.rows = rows
                try await trail.database.withConnection(trail.loop) { try await call.insert(on: $0) }
                ids.append(call.id)
            }
            _ = try await trail.number(
                "WITH u AS (UPDATE audit.calls SET audit_us = 1234 RETURNING 1) SELECT count(*) FROM u")
            var found: [CallSummary] = []
            for id in ids { found.append(try #require(try await reader.call(id))) }
            #expect(found.map(\.isReconciled) == [false, false, true, false])
            #expect(found.map(\.auditMicroseconds) == [nil, 1234, 1234, 1234])
            #expect(found[0].finishedAt == nil)
            #expect(found[1].finishedAt?.count == 24 && found[1].finishedAt?.hasSuffix("Z") == true)
        }
    }
}
