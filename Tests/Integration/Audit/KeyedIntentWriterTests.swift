import Crypto
import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Audit

@Suite("Intents of calls with an idempotency key")
struct KeyedIntentWriterTests {
    @Test("Callers that come while others hand the writing over are all recorded, and the loop goes on")
    func manyCallers() async throws {
        try await withTrail { trail in
            let writer = KeyedIntentWriter(loop: trail.loop, settings: trail.database.settings)
            let now = try await trail.now()
            let recorded = await concurrently(12, on: trail.loop) { caller in
                var count = 0
                for number in 0..<150 {
                    let id = CallID(
                        high: UInt64(now) << 16 | 0x7000, low: 0x8000_0000_0000_0000 | UInt64(caller * 1000 + number))
                    let intent = Intent(
                        id: id, deadlineMilliseconds: now + 30_000, replica: "test", caller: "shop", app: "main",
                        seller: nil, method: "m", refs: [], clientRequestID: nil, traceID: nil, requestID: nil,
                        request: "{}")
                    let claim = IdempotencyClaim(key: SecureRandom.bytes(32), fingerprint: SecureRandom.bytes(32))
                    let isRecorded = try? await writer.record(
                        intent, sealed: nil, claim: claim, run: 0, until: EventLoop.now() + 60_000_000_000)
                    if isRecorded == true { count += 1 }
                    // Comes back after different numbers of turns of the loop.
                    for _ in 0..<(caller + number) % 5 { await Task.yield() }
                }
                return count
            }
            writer.close()
            #expect(recorded == [Int](repeating: 150, count: 12))
            #expect(try await trail.number("SELECT count(*) FROM audit.intents") == 1800)
        }
    }
}
