import Synchronization
import Crypto
import JSON
import Postgres
import TOP
import TestSupport
import Testing

@testable import Audit
@testable import AuditAPI

/// Full requests: kept sealed beside their intents, opened on record only.
@Suite struct SealedRequestTests {
    private static let parameters = [
        Parameter(name: "phone", value: "13812345678"), Parameter(name: "list", value: #"{"车牌":"京A8Z9Q7\u0000"}"#),
        Parameter(name: "blank", value: "  "), Parameter(name: "long", value: String(repeating: "长", count: 50_000)),
    ]

    private func key() throws -> KeyRing { try KeyRing(bytes: Array(0..<32)) }

    private func intent(_ now: Int64, _ parameters: [Parameter] = parameters) -> Intent {
        let intent = Intent(
            id: callID(now), deadlineMilliseconds: now + 30_000, replica: "r", caller: "shop", app: "main", seller: nil,
            method: "m", refs: [], clientRequestID: nil, traceID: nil, requestID: nil, request: "{}")
        intent.parameters = ParameterList(parameters)
        return intent
    }

    private func withWriter(
        _ body: @escaping @Sendable (Trail, TrailWriter, TrailReader, TrailMetrics) async throws -> Void
    ) async throws {
        try await withTrail { trail in
            let metrics = TrailMetrics()
            let writer = TrailWriter(
                loop: trail.loop, settings: trail.database.settings,
                limits: TrailWriter.Limits(outcomeRows: 100, outcomeBytes: 1 << 20), metrics: metrics,
                sealer: try key().sealer(), onEvent: { _, _ in })
            let reader = trail.reader()
            try await body(trail, writer, reader, metrics)
            writer.close()
            reader.close()
        }
    }

    @Test("What was sent is opened as it was, without what was not sent, by whoever has the key")
    func roundTrip() async throws {
        try await withWriter { trail, writer, reader, _ in
            let intent = intent(try await trail.now())
            intent.files = [FilePart(name: "photo", bytes: Array(repeating: 7, count: 70_000)[...])]
            try await writer.record(intent)
            guard case .sealed(let sealed) = try await reader.unmask(intent.id, by: "ann", because: "投诉 \"1\"") else {
                Issue.record("nothing was kept")
                return
            }
            let request = try SealedRequest(opening: sealed, of: intent.id, with: key())
            #expect(request.parameters == Self.parameters.filter { $0.name != "blank" })
            #expect(request.files.map(\.name) == ["photo"] && request.files.map(\.bytes) == [70_000])
            #expect(sealed.count < 151_000)
            let openings = try await reader.unmaskEvents(of: intent.id)
            #expect(openings.map(\.opener) == ["ann"] && openings.map(\.reason) == ["投诉 \"1\""])
            #expect(openings[0].at.utf8.count == 24)
            #expect(try await reader.unmaskEvents(of: callID(1)) == [])
        }
    }

    @Test("Many calls at once, by INSERT and by COPY, are each sealed for themselves alone")
    func manyCallsAtOnce() async throws {
        try await withWriter { trail, writer, reader, _ in
            let now = try await trail.now()
            let intents = (0..<60).map { intent(now, [Parameter(name: "n", value: "value \($0)")]) }
            _ = await concurrently(intents.count, on: trail.loop) { await writer.tryRecord(intents[$0]) }
            #expect(try await trail.number("SELECT count(*) FROM audit.sealed JOIN audit.intents USING (at, id)") == 60)
            for (number, intent) in intents.enumerated() {
                guard case .sealed(let sealed) = try await reader.unmask(intent.id, by: "a", because: "b") else {
                    Issue.record("\(number) is missing")
                    continue
                }
                let request = try SealedRequest(opening: sealed, of: intent.id, with: key())
                #expect(request.parameters == [Parameter(name: "n", value: "value \(number)")])
                let moved = intents[(number + 1) % 60].id
                #expect(throws: CryptoError.notAuthentic) {
                    try SealedRequest(opening: sealed, of: moved, with: key())
                }
            }
        }
    }

    @Test("A request over the limit is not kept, says how large it was, and is counted; its opening is no opening")
    func tooLarge() async throws {
        try await withWriter { trail, writer, reader, metrics in
            let value = String(repeating: "x", count: SealedRequest.maximumBytes)
            let (kept, large) = (
                intent(try await trail.now(), [Parameter(name: "", value: value)]),
                intent(try await trail.now(), [Parameter(name: "n", value: value)])
            )
            for intent in [kept, large] { try await writer.record(intent) }
            #expect(
                try await reader.unmask(large.id, by: "a", because: "b") == .tooLarge(SealedRequest.maximumBytes + 1))
            guard case .sealed = try await reader.unmask(kept.id, by: "a", because: "b") else {
                Issue.record("what is just within the limit was not kept")
                return
            }
            #expect(metrics.tooLargeToSeal.load(ordering: .relaxed) == 1)
            #expect(try await reader.unmaskEvents(of: large.id) == [])
            #expect(try await trail.number("SELECT count(*) FROM audit.intents") == 2)
        }
    }

    @Test("A writer without a sealer keeps none, and a reader tells what was never kept from what is gone")
    func writerWithoutSealerKeeps() async throws {
        try await withTrail { trail in
            let writer = TrailWriter(
                loop: trail.loop, settings: trail.database.settings,
                limits: TrailWriter.Limits(outcomeRows: 100, outcomeBytes: 1 << 20), metrics: TrailMetrics(),
                onEvent: { _, _ in })
            let reader = trail.reader()
            let intent = intent(try await trail.now())
            try await writer.record(intent)
            #expect(try await reader.unmask(intent.id, by: "a", because: "b") == .absent)
            #expect(try await reader.unmask(callID(1_700_000_000_000), by: "a", because: "b") == .gone)
            #expect(try await trail.number("SELECT count(*) FROM audit.sealed") == 0)
            #expect(try await trail.number("SELECT count(*) FROM audit.openings") == 0)
            writer.close()
            reader.close()
        }
    }

    @Test("What cannot be recorded is not opened")
    func whatCannotBeRecorded() async throws {
        try await withWriter { trail, writer, reader, _ in
            let intent = intent(try await trail.now())
            try await writer.record(intent)
            try await trail.database.withConnection(trail.loop) { connection in
                try await connection.execute("ALTER TABLE audit.openings ADD CHECK (opener <> 'nobody')")
            }
            await #expect(throws: PostgresError.self) {
                try await reader.unmask(intent.id, by: "nobody", because: "b")
            }
            #expect(try await reader.unmaskEvents(of: intent.id) == [])
        }
    }

    @Test("A text that was cut says so, and one that was not says that")
    func textThatWasCut() async throws {
        try await withWriter { trail, writer, reader, _ in
            let (whole, long) = (intent(try await trail.now()), intent(try await trail.now()))
            long.request = #"{"long":""# + String(repeating: "长", count: 400_000) + #""}"#
            whole.request = #"{"short":"x"}"#
            for intent in [whole, long] { try await writer.record(intent) }
            for (id, isTruncated) in [(whole.id, false), (long.id, true)] {
                let record = try #require(try await reader.record(id, TrailInclude(request: true, response: true)))
                #expect(record.texts.isRequestTruncated == isTruncated && record.texts.request?.isEmpty == false)
                var json = JSONWriter()
                record.write(to: &json)
                let root = try JSONDocument(json.bytes).root
                #expect(root["request_truncated"]?.bool == isTruncated && root["response_truncated"]?.bool == false)
            }
        }
    }

    @Test("Bytes that are no request are refused, wherever they are cut")
    func bytesThatAreNoRequest() throws {
        var plain: [UInt8] = []
        let files = [FilePart(name: "f", bytes: [1])]
        SealedRequest.append(ParameterList(Self.parameters.prefix(2)), files: files, to: &plain)
        #expect(SealedRequest(reading: plain)?.parameters == Array(Self.parameters.prefix(2)))
        var complete = 0
        for count in 0..<plain.count where SealedRequest(reading: Array(plain[..<count])) != nil { complete += 1 }
        // Between items only: after the version byte, and after each of the first two items.
        #expect(complete == 3)
        for wrong in [[], [0], [2], [1, 9, 0], [1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]] as [[UInt8]] {
            #expect(SealedRequest(reading: wrong) == nil)
        }
    }
}

extension TrailWriter {
    /// Records an intent; a failure is a test's.
    fileprivate func tryRecord(_ intent: Intent) async {
        do { try await record(intent) } catch { Issue.record("\(error)") }
    }
}
