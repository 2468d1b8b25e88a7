import JSON
import Postgres
import TestSupport
import Testing

@testable import Audit
@testable import AuditAPI

@Suite("Everything that happened to one thing") struct TraceTests {
    private static let key = FingerprintKey(version: 1, bytes: Array(0..<16))

    /// A call with the ids that people hold.
    private struct Held {
        var id: CallID
        var app = "main"
        var method = "m"
        var ref: String?
        var client: String?
        var trace: String?
        var top: String?
        var request: String?
        var thing: String?
        var isOpen = false
    }

    private func insert(_ calls: [Held], _ trail: Trail) async throws {
        try await trail.database.withConnection(trail.loop) { connection in
            for call in calls {
                let keys = call.thing.map { Self.key.fingerprint(name: "order_id", value: $0) }
                let values: [SQLValue] = [
                    .text(call.id.text), .text(KnownCall.instant(call.id.epochMilliseconds)), .text(call.app),
                    .text(call.method), call.ref.map { .array([$0]) } ?? .null, call.client.map { .text($0) } ?? .null,
                    call.trace.map { .text($0) } ?? .null, call.request.map { .text($0) } ?? .null,
                    keys.map { .array([String($0)]) } ?? .null,
                ]
                _ = try await connection.query(
                    """
                    INSERT INTO audit.intents (id, at, deadline, replica, caller, app, method, refs, client_request_id, trace_id, request_id, keys)
                    VALUES ($1, $2, $2::timestamptz + interval '1 hour', 'test', 'shop', $3, $4, $5::text[], $6, $7, $8, $9::bigint[])
                    """, values)
                guard !call.isOpen else { continue }
                _ = try await connection.query(
                    """
                    WITH looked AS (INSERT INTO audit.lookups SELECT v, $2, $1 FROM (VALUES ($7::text), ($8::text)) AS l (v) WHERE v IS NOT NULL)
                    INSERT INTO audit.calls (id, at, source, finished_at, caller, app, method, outcome, status, duration_us, attempts, refs,
                        client_request_id, trace_id, request_id, keys, top_request_id, request_bytes, response_bytes)
                    VALUES ($1::uuid, $2::timestamptz, 1, now(), 'shop', $3, $4, 'success', 200, 1, 1, $5::text[], $6, $7, $8, $9::bigint[], $10, 1, 1)
                    """, values + [call.top.map { .text($0) } ?? .null])
            }
            try await connection.execute("UPDATE audit.reconciliation SET closed_before = now() - interval '1 day'")
        }
    }

    private func names(_ trace: Trace) -> [String] {
        trace.events.map { event in
            switch event {
            case .call(let call): call.row.id.text
            case .refusal(let refusal): refusal.method
            }
        }
    }

    private func query(_ text: String) -> TraceQuery { TraceQuery(text, keys: [("order_id", text), ("other", text)]) }

    @Test("A text is looked up as each id, in calls, open calls and rejected requests, and comes oldest first")
    func eachID() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let ids = (0..<8).map { callID(now - 60_000 + Int64($0) * 1000) }
            try await insert(
                [
                    Held(id: ids[0], ref: "T"), Held(id: ids[1], client: "T"), Held(id: ids[2], trace: "T"),
                    Held(id: ids[3], top: "T"), Held(id: ids[4], request: "T"), Held(id: ids[5], thing: "T"),
                    Held(id: ids[6], trace: "T", isOpen: true), Held(id: ids[7], ref: "U", client: "U", top: "U"),
                ], trail)
            var sent: [RejectedRequest] = []
            for (number, method) in ["byRef", "byClient", "byTrace", "byRequest", "other"].enumerated() {
                var refusal = RejectedRequest(
                    atMilliseconds: now - 59_500 + Int64(number) * 1000, caller: nil, method: method, status: 422,
                    type: "t", pointers: [])
                if number == 0 { refusal.refs = ["T"] }
                if number == 1 { refusal.clientRequestID = "T" }
                if number == 2 { refusal.traceID = "T" }
                if number == 3 { refusal.idempotencyID = "T" }
                sent.append(refusal)
            }
            try await reader.add(sent)
            let trace = try await reader.trace(query("T"), for: .terminal, keys: [Self.key])
            #expect(
                names(trace) == [
                    ids[0].text, "byRef", ids[1].text, "byClient", ids[2].text, "byTrace", ids[3].text, "byRequest",
                    ids[4].text, ids[5].text, ids[6].text,
                ])
            #expect(!trace.isTruncated)
            // Without the key of the fingerprints, business keys are not searched.
            #expect(try await reader.trace(query("T"), for: .terminal, keys: []).events.count == 10)
            #expect(names(try await reader.trace(query("U"), for: .terminal, keys: [])) == [ids[7].text])
            #expect(
                names(try await reader.trace(query(ids[3].text.uppercased()), for: .terminal, keys: [])) == [
                    ids[3].text
                ])
            #expect(try await reader.trace(query("nothing"), for: .terminal, keys: [Self.key]).events.isEmpty)
            var narrow = query("T")
            (narrow.fromMilliseconds, narrow.toMilliseconds) = (ids[1].epochMilliseconds, ids[2].epochMilliseconds)
            #expect(
                names(try await reader.trace(narrow, for: .terminal, keys: [Self.key])) == [ids[1].text, "byClient"])
            var own = query(ids[3].text)
            own.toMilliseconds = ids[3].epochMilliseconds
            #expect(try await reader.trace(own, for: .terminal, keys: []).events.isEmpty)
        }
    }

    @Test("A limited token sees the calls and rejected requests of its apps and methods alone")
    func limitedToken() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let ids = (0..<3).map { callID(now - 10_000 + Int64($0) * 1000) }
            try await insert(
                [
                    Held(id: ids[0], ref: "T"), Held(id: ids[1], app: "other", ref: "T"),
                    Held(id: ids[2], method: "secret", ref: "T"),
                ], trail)
            var sent: [RejectedRequest] = []
            for (app, method) in [("main", "m"), ("other", "m"), (nil, "m"), ("main", "secret")] {
                var refusal = RejectedRequest(
                    atMilliseconds: now, caller: nil, method: method, status: 422, type: "t", pointers: [])
                (refusal.app, refusal.refs) = (app, ["T"])
                sent.append(refusal)
            }
            try await reader.add(sent)
            let access = limitedReader(apps: ["main"], methods: ["m"])
            #expect(names(try await reader.trace(query("T"), for: access, keys: [])) == [ids[0].text, "m"])
            for id in ids.dropFirst() {
                #expect(try await reader.trace(query(id.text), for: access, keys: []).events.isEmpty)
            }
            #expect(try await reader.trace(query("T"), for: .terminal, keys: []).events.count == 7)
        }
    }

    @Test("A trace has at most 500 events, the oldest, and says that there are more")
    func mostEvents() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            let ids = (0..<499).map { callID(now - 600_000 + Int64($0) * 1000) }
            try await insert(ids.map { Held(id: $0, ref: "T") }, trail)
            func refusal(_ milliseconds: Int64) -> RejectedRequest {
                var refusal = RejectedRequest(
                    atMilliseconds: milliseconds, caller: nil, method: "r", status: 422, type: "t", pointers: [])
                refusal.refs = ["T"]
                return refusal
            }
            try await reader.add([refusal(now - 700_000)])
            let whole = try await reader.trace(query("T"), for: .terminal, keys: [])
            #expect(whole.events.count == 500 && !whole.isTruncated && names(whole).first == "r")
            try await reader.add([refusal(now)])
            let cut = try await reader.trace(query("T"), for: .terminal, keys: [])
            #expect(names(cut) == names(whole) && cut.isTruncated)
            try await insert([Held(id: callID(now - 800_000), ref: "T"), Held(id: callID(now), ref: "T")], trail)
            let more = try await reader.trace(query("T"), for: .terminal, keys: [])
            #expect(more.events.count == 500 && more.isTruncated && names(more)[2] == ids[0].text)
        }
    }
}
