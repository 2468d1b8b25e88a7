import Crypto
import Testing

@testable import Audit

/// Each row of the contract's table of repetitions.
@Suite struct IdempotencyDecisionTests {
    private static let id = CallID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)

    private func word(_ decision: IdempotencyDecision) -> String {
        switch decision {
        case .run(let run): "run \(run)"
        case .inProgress: "in progress"
        case .reused: "reused"
        case .replay: "replay"
        case .done: "done"
        case .unknown: "unknown"
        }
    }

    private func decide(
        _ outcome: Outcome?, isSame: Bool, retryable: Bool? = nil, settled: Note.Settlement? = nil
    ) -> String {
        word(
            IdempotencyDecision(
                IdempotencyRecord(
                    run: 2, id: Self.id, isSame: isSame, outcome: outcome, retryable: retryable, settled: settled,
                    reply: nil)))
    }

    @Test("A key that is not in use runs")
    func unusedKey() {
        #expect(word(IdempotencyDecision(nil)) == "run 0")
    }

    @Test("An open call is in progress, and another one reuses its key")
    func openCall() {
        #expect(decide(nil, isSame: true) == "in progress")
        #expect(decide(nil, isSame: false) == "reused")
    }

    @Test(
        "A call that did nothing frees its key",
        arguments: [Outcome.notSent, .throttled, .platformError, .sessionInvalid, .misconfigured])
    func freedKey(outcome: Outcome) {
        for isSame in [true, false] { #expect(decide(outcome, isSame: isSame) == "run 3") }
    }

    @Test(
        "A call that was done is replayed",
        arguments: [Outcome.success, .accepted, .partial, .businessFailure, .rejected])
    func replayedCall(outcome: Outcome) {
        #expect(decide(outcome, isSame: true) == "replay")
        #expect(decide(outcome, isSame: true, retryable: false) == "replay")
        #expect(decide(outcome, isSame: false) == "reused")
    }

    @Test("A business failure that TOP lets repeat runs again")
    func retryableFailure() {
        for isSame in [true, false] { #expect(decide(.businessFailure, isSame: isSame, retryable: true) == "run 3") }
        #expect(decide(.partial, isSame: true, retryable: true) == "replay")
    }

    @Test("An unknown outcome depends on what a person has found, and on whether a repetition is harmless")
    func unknownOutcome() {
        for isSame in [true, false] {
            #expect(decide(.unknown, isSame: isSame, retryable: false, settled: .notDone) == "run 3")
        }
        #expect(decide(.unknown, isSame: true, retryable: true, settled: .done) == "done")
        #expect(decide(.unknown, isSame: false, retryable: true, settled: .done) == "reused")
        #expect(decide(.unknown, isSame: true, retryable: true) == "run 3")
        #expect(decide(.unknown, isSame: false, retryable: true) == "reused")
        #expect(decide(.unknown, isSame: true, retryable: false) == "unknown")
        #expect(decide(.unknown, isSame: true) == "unknown")
        #expect(decide(.unknown, isSame: false) == "reused")
    }

    @Test("Windows have eight days, and begin at midnight in GMT+8")
    func windowsOfKeys() {
        let day: Int64 = 86_400_000
        let start = 8 * day * 2000 - 8 * 3_600_000
        #expect(IdempotencyClaim.window(epochMilliseconds: start) == 2000)
        #expect(IdempotencyClaim.window(epochMilliseconds: start - 1) == 1999)
        #expect(IdempotencyClaim.window(epochMilliseconds: start + 8 * day - 1) == 2000)
        #expect(IdempotencyClaim.window(epochMilliseconds: start + 8 * day) == 2001)
    }

    @Test("A claim depends on each of its parts")
    func hashedParts() throws {
        func claim(_ caller: String = "a", _ app: String = "b", key: String = "k", _ content: [String] = ["x", "y"])
            throws -> IdempotencyClaim
        {
            try IdempotencyClaim(
                caller: caller, app: app, method: "m", key: key, content: content.map { Array($0.utf8) },
                secret: Secret("s"))
        }
        let first = try claim()
        #expect(try claim() == first)
        for other in [try claim("ab", ""), try claim("b", "b"), try claim(key: "l")] {
            #expect(other.key != first.key && other.fingerprint == first.fingerprint)
        }
        for content in [["xy", ""], ["x"], ["y", "x"]] {
            let other = try claim("a", "b", key: "k", content)
            #expect(other.key == first.key && other.fingerprint != first.fingerprint)
        }
    }
}
