import Synchronization
import Crypto
import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Audit

/// The writer on the real tables: what is read back is what was given.
@Suite struct TrailWriterTests {
    private static let keys = [("item_id", "12"), ("request_id", "r-1")]
    private static let key = FingerprintKey(version: 7, bytes: Array(0..<16))

    private func writer(_ trail: Trail, settings: PostgresSettings? = nil) -> (TrailWriter, TrailMetrics) {
        let metrics = TrailMetrics()
        let writer = TrailWriter(
            loop: trail.loop, settings: settings ?? trail.database.settings,
            limits: TrailWriter.Limits(outcomeRows: 100, outcomeBytes: 1 << 20), metrics: metrics,
            onEvent: { _, _ in })
        return (writer, metrics)
    }

    private func intent(_ now: Int64) -> Intent {
        Intent(
            id: callID(now), deadlineMilliseconds: now + 30_000, replica: "pod-1:7", caller: "shop", app: "名",
            seller: "east", method: "tmall.car.lease.freedownpayment.put", refs: ["PO,1", "", "单\"据"],
            clientRequestID: "client-1", traceID: "0af7651916cd43dd8448eb211c80319c", requestID: "r-1",
            request: #"{"item_id":"9007199254740993","note":"😀\u0000"}"#)
    }

    private func fullCompletion(_ now: Int64) -> Completion {
        let completion = Completion(
            outcome: .partial, status: 200, finishedMilliseconds: now + 45, durationNanoseconds: 45_123_999)
        completion.auditNanoseconds = 1_234_000
        completion.code = "C-1"
        completion.subCode = "isv.some"
        completion.message = "137****0000 failed"
        completion.topNanoseconds = 40_000_001
        completion.attempts = 1
        completion.topRequestID = "16fx"
        completion.requestBytes = 321
        completion.responseBytes = 654
        completion.retryable = false
        completion.keys = Fingerprints(key: Self.key)
        for (name, value) in Self.keys { completion.keys.add(name: name, value: value) }
        completion.response = "{\"a\":\"\u{0}x\"}"
        return completion
    }

    @Test("An intent's row holds all that was given")
    func intentRow() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (writer, _) = writer(trail)
            defer { writer.close() }
            let given = intent(now)
            given.request = "{\"raw\":\"\u{0}\"}"
            try await writer.record(given)
            let row = try #require(
                try await trail.database.rows(
                    """
                    SELECT *, (extract(epoch FROM at) * 1000)::bigint AS at_ms, array_to_json(refs)::text AS references,
                           (extract(epoch FROM deadline) * 1000)::bigint AS deadline_ms FROM audit.intents
                    """, [], trail.loop
                ).first)
            #expect(row["id"].text == given.id.text)
            #expect(row["at_ms"].integer == now && row["deadline_ms"].integer == now + 30_000)
            let names = ["replica", "caller", "app", "seller", "method", "client_request_id", "trace_id", "request_id"]
            #expect(
                names.map { row[$0].text } == [
                    "pod-1:7", "shop", "名", "east", given.method, "client-1", given.traceID, "r-1",
                ])
            #expect(row["references"].text == #"["PO,1","","单\"据"]"#)
            #expect(row["request"].text == "{\"raw\":\"\u{FFFD}\"}" && row["request_truncated"].bool == false)
            #expect(row["tenant"].isNull)
        }
    }

    @Test("What an intent does not have is NULL")
    func sparseIntent() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (writer, _) = writer(trail)
            defer { writer.close() }
            let given = intent(now)
            (given.seller, given.clientRequestID, given.traceID, given.requestID) = (nil, nil, nil, nil)
            given.refs = []
            try await writer.record(given)
            let row = try #require(
                try await trail.database.rows("SELECT * FROM audit.intents", [], trail.loop).first)
            for name in ["seller", "refs", "client_request_id", "trace_id", "request_id"] {
                #expect(row[name].isNull, "\(name)")
            }
        }
    }

    @Test("A completion's rows hold all that was given; keys are kept as fingerprints alone")
    func endingRows() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (writer, metrics) = writer(trail)
            defer { writer.close() }
            writer.use(Self.key)
            let (intent, completion) = (intent(now), fullCompletion(now))
            try await writer.record(intent)
            await writer.record(completion, of: intent, waitingAtMost: .seconds(10))
            #expect(metrics.late.load(ordering: .relaxed) == 0 && metrics.queued.load(ordering: .relaxed) == 0)
            let row = try #require(
                try await trail.database.rows(
                    """
                    SELECT *, array_to_json(keys)::text AS fingerprints, array_to_json(refs)::text AS references,
                           (extract(epoch FROM finished_at) * 1000)::bigint AS finished_ms FROM audit.calls
                    """, [], trail.loop
                ).first)
            #expect(row["id"].text == intent.id.text && row["source"].integer == 1)
            #expect(row["finished_ms"].integer == now + 45)
            let names = [
                "caller", "app", "seller", "method", "outcome", "code", "sub_code", "message", "top_request_id",
                "request_id", "client_request_id", "references",
            ]
            #expect(
                names.map { row[$0].text } == [
                    "shop", "名", "east", intent.method, "partial", "C-1", "isv.some", "137****0000 failed", "16fx",
                    "r-1", "client-1", #"["PO,1","","单\"据"]"#,
                ])
            let numbers = [
                "status", "duration_us", "top_us", "audit_us", "attempts", "request_bytes", "response_bytes",
                "key_version",
            ]
            #expect(numbers.map { row[$0].integer } == [200, 45_123, 40_000, 1234, 1, 321, 654, 7])
            #expect(row["retryable"].bool == false && row["keys_truncated"].bool == false)
            let keys = Self.keys.map { Self.key.fingerprint(name: $0, value: $1) }
            #expect(row["fingerprints"].text == "[\(keys.map { "\($0)" }.joined(separator: ","))]")
            let answer = try await trail.database.rows("SELECT * FROM audit.responses", [], trail.loop)
            #expect(answer.count == 1 && answer[0]["response"].text == "{\"a\":\"\u{FFFD}x\"}")
            #expect(answer[0]["truncated"].bool == false && answer[0]["id"].text == intent.id.text)
        }
    }

    @Test("A completion without an answer has no row of one, and without a key no fingerprints")
    func sparseEnding() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (writer, _) = writer(trail)
            defer { writer.close() }
            let completion = Completion(
                outcome: .notSent, status: 502, finishedMilliseconds: now, durationNanoseconds: 0)
            completion.keys = writer.fingerprints
            completion.keys.add(name: "a", value: "b")
            await writer.record(completion, of: intent(now), waitingAtMost: .seconds(10))
            let row = try #require(try await trail.database.rows("SELECT * FROM audit.calls", [], trail.loop).first)
            for name in ["code", "sub_code", "message", "top_us", "top_request_id", "retryable", "keys", "key_version"]
            {
                #expect(row[name].isNull, "\(name)")
            }
            #expect(row["attempts"].integer == 0)
            #expect(try await trail.number("SELECT count(*) FROM audit.responses") == 0)
        }
    }

    @Test("Bodies, texts and keys beyond their bounds are cut and marked; the row is written")
    func bodiesTextsAndKeys() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (writer, _) = writer(trail)
            defer { writer.close() }
            writer.use(Self.key)
            let (intent, completion) = (intent(now), fullCompletion(now))
            intent.request = String(repeating: "你", count: 400_000)
            completion.response = "x" + String(repeating: "é", count: 600_000)
            completion.message = String(repeating: "😀", count: 1000)
            completion.keys = writer.fingerprints
            for number in 0...Fingerprints.maximumCount { completion.keys.add(name: "k", value: "\(number)") }
            try await writer.record(intent)
            await writer.record(completion, of: intent, waitingAtMost: .seconds(10))
            let row = try #require(
                try await trail.database.rows(
                    """
                    SELECT request = repeat('你', 349525) AS request, request_truncated, truncated, keys_truncated,
                           response = 'x' || repeat('é', 524287) AS response, message = repeat('😀', 500) AS message,
                           cardinality(calls.keys) AS keys
                    FROM audit.intents JOIN audit.calls USING (id) JOIN audit.responses USING (id)
                    """, [], trail.loop
                ).first)
            for name in ["request", "request_truncated", "response", "truncated", "message", "keys_truncated"] {
                #expect(row[name].bool == true, "\(name)")
            }
            #expect(row["keys"].integer == Int64(Fingerprints.maximumCount))
        }
    }

    @Test("A cut never leaves half a character")
    func cutNeverLeavesHalf() {
        #expect(TrailRows.truncated("abc", to: 3) == ("abc", false))
        #expect(TrailRows.truncated("abcd", to: 3) == ("abc", true))
        #expect(TrailRows.truncated("ab你", to: 5) == ("ab你", false))
        #expect(TrailRows.truncated("ab你x", to: 5) == ("ab你", true))
        for limit in 2...4 { #expect(TrailRows.truncated("ab你", to: limit) == ("ab", true)) }
        for limit in 0...3 { #expect(TrailRows.truncated("😀", to: limit) == ("", true)) }
        #expect(TrailRows.truncated("", to: 0) == ("", false))
    }

    @Test("While PostgreSQL is away intents fail and completions wait; when it is back they are written")
    func awayAndBack() async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        try await onLoop { loop in
            let trail = Trail(loop: loop, database: try await TestDatabase.make(in: cluster, on: loop))
            let now = try await trail.now()
            let (writer, metrics) = writer(trail)
            defer { writer.close() }
            let (intent, completion) = (intent(now), fullCompletion(now))
            try await writer.record(intent)
            try await cluster.stop()
            await writer.record(completion, of: intent, waitingAtMost: .milliseconds(50))
            #expect(metrics.late.load(ordering: .relaxed) == 1 && metrics.queued.load(ordering: .relaxed) == 1)
            let error = await #expect(throws: TrailError.self) { try await writer.record(self.intent(now)) }
            #expect(error?.mayBeRecorded == false && error?.description.isEmpty == false)
            #expect(await writer.flush(within: .milliseconds(10)) == 1)
            try await cluster.start()
            #expect(await writer.flush(within: .seconds(20)) == 0)
            #expect(try await trail.number("SELECT count(*) FROM audit.calls WHERE source = 1") == 1)
            #expect(try await trail.number("SELECT count(*) FROM audit.intents") == 1)
            try await writer.record(self.intent(now + 1))
        }
    }

    @Test("There is no room when as many completions wait as may; those of calls under way still find some")
    func thereIsNoRoom() async throws {
        try await onLoop { loop in
            let settings = try PostgresSettings(url: "postgresql://postgres@%2Fnonexistent/postgres")
            let metrics = TrailMetrics()
            let writer = TrailWriter(
                loop: loop, settings: settings, limits: TrailWriter.Limits(outcomeRows: 2, outcomeBytes: 1 << 20),
                metrics: metrics, onEvent: { _, _ in })
            #expect(writer.hasRoom)
            for number in 1...3 {
                await writer.record(fullCompletion(1), of: intent(1), waitingAtMost: .zero)
                #expect(writer.hasRoom == (number < 2))
            }
            #expect(metrics.queued.load(ordering: .relaxed) == 3 && metrics.failed.load(ordering: .relaxed) == 0)
            writer.close()
        }
    }
}
