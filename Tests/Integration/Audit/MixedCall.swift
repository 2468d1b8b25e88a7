import JSON
import Postgres
import TOP
import TestSupport

@testable import Audit
@testable import AuditAPI

/// A call with every column that a filter can ask for, as a test knows it.
struct MixedCall: Sendable {
    let id: CallID
    var rows = KnownCall.Rows.ended
    var caller = "shop"
    var app = "main"
    var seller: String?
    var method = "m.a"
    var outcome = Outcome.success
    var code: String?
    var subCode: String?
    var topRequestID: String?
    var clientRequestID: String?
    var durationMilliseconds = 5
    var refs: [String] = []
    var things: [String] = []

    static let key = FingerprintKey(version: 1, bytes: Array(0..<16))

    /// A call with values drawn from a few.
    init(_ id: CallID, using random: inout Seeded) {
        self.id = id
        func draw<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
        rows = draw([.open, .ended, .ended, .ended, .reconciled, .both])
        caller = draw(["shop", "crm", "夜班"])
        app = draw(["main", "main", "main", "cars"])
        seller = draw([nil, "east", "east", "west", "we'st\\"])
        method = draw(["tmall.a.sync", "tmall.a_sync", "taobao.b.get", "x"])
        outcome = draw([.success, .success, .success, .accepted, .rejected, .throttled, .unknown])
        if outcome == .rejected || outcome == .throttled {
            code = draw(["15", "7"])
            subCode = draw([nil, "isv.a", "isv.b"])
        }
        topRequestID = draw([nil, "t" + id.text, "t-twice"])
        clientRequestID = draw([nil, nil, "c" + id.text, "c-often"])
        durationMilliseconds = draw([1, 20, 999, 1000, 1001, 12_000])
        refs = draw([[], [], ["SO1", "SO2"], ["SO2", "同"]])
        things = draw([[], ["1"], ["1", "2"], [id.text]])
    }

    /// What a reader is to see; nil: nothing yet.
    var seen: (outcome: String, status: Int?, code: String?, subCode: String?, top: String?, duration: Int?) {
        switch rows {
        case .open: (Outcome.open, nil, nil, nil, nil, nil)
        case .reconciled: (Outcome.unknown.rawValue, 504, nil, nil, nil, 31_000)
        case .ended, .both: (outcome.rawValue, status, code, subCode, topRequestID, durationMilliseconds)
        }
    }

    private var status: Int {
        switch outcome {
        case .success, .accepted: 200
        case .rejected: 422
        case .throttled: 429
        default: 504
        }
    }

    /// Adds all rows of all calls.
    static func insert(_ calls: [MixedCall], on connection: PostgresConnection) async throws {
        var json = JSONWriter()
        json.beginArray()
        for call in calls { call.write(to: &json) }
        json.endArray()
        _ = try await connection.query(statement, [.text(String(decoding: json.bytes, as: UTF8.self))])
    }

    private static let statement = """
        WITH given AS (SELECT * FROM json_to_recordset($1::json) AS g (id uuid, at timestamptz, caller text, app text, seller text, method text,
                           outcome text, status smallint, code text, sub_code text, top text, client text, duration bigint, refs text[], keys bigint[],
                           source0 boolean, source1 boolean)),
             intents AS (INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, client_request_id, keys, key_version)
                         SELECT id, at, at + interval '30 seconds', 'test', caller, app, seller, method, nullif(refs, '{}'), client, nullif(keys, '{}'), 1
                         FROM given)
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, attempts,
                                 top_request_id, refs, client_request_id, request_bytes, response_bytes, keys, key_version)
        SELECT id, at, 0, now(), caller, app, seller, method, 'unknown', 504, NULL, NULL, 31000000, 1, NULL, nullif(refs, '{}'), client, 1, 2,
               nullif(keys, '{}'), 1 FROM given WHERE source0
        UNION ALL
        SELECT id, at, 1, now(), caller, app, seller, method, outcome, status, code, sub_code, duration * 1000, 1, top, nullif(refs, '{}'), client, 1, 2,
               nullif(keys, '{}'), 1 FROM given WHERE source1
        """

    private func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, value) in [
            ("id", id.text), ("at", KnownCall.instant(id.epochMilliseconds)), ("caller", caller), ("app", app),
            ("seller", seller), ("method", method), ("outcome", outcome.rawValue), ("status", "\(status)"),
            ("code", code), ("sub_code", subCode), ("top", topRequestID), ("client", clientRequestID),
            ("duration", "\(durationMilliseconds)"),
        ] {
            json.name(name)
            if let value { json.string(value) } else { json.null() }
        }
        json.name("refs")
        json.beginArray()
        for ref in refs { json.string(ref) }
        json.endArray()
        json.name("keys")
        json.beginArray()
        for thing in things { json.raw("\(Self.key.fingerprint(name: "thing", value: thing))".utf8) }
        json.endArray()
        json.name("source0")
        json.bool(rows == .reconciled || rows == .both)
        json.name("source1")
        json.bool(rows == .ended || rows == .both)
        json.endObject()
    }
}
