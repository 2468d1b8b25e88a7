import Audit
import Testing

@testable import AuditAPI

@Suite("The summary of a trace") struct TraceSummaryTests {
    private typealias Step = TraceSummary.Step

    private func call(
        _ outcome: String, _ method: String = "m.write", id: String? = nil, settles: Note.Settlement? = nil
    ) -> Step {
        Step(method: method, outcome: outcome, requestID: id, settled: settles)
    }

    private func summary(_ steps: [Step]) -> TraceSummary { TraceSummary(steps) { $0.hasSuffix("read") } }

    private func isDoubted(_ steps: [Step]) -> Bool { summary(steps).isPossiblyDuplicated }

    @Test("Rejected requests and calls that were not sent are counted apart from the others")
    func countsByOutcome() {
        let found = summary([
            Step(method: "m"), call("not_sent"), call("success"), call("rejected"), call("open"),
            call("success"),
        ])
        #expect(found.requests == 6 && found.notSent == 2 && found.sent == 4)
        #expect(found.outcomes.map(\.outcome) == ["success", "rejected", "open"])
        #expect(found.outcomes.map(\.count) == [2, 1, 1] && found.isPossiblyDuplicated && !found.isTruncated)
        #expect(summary([]).requests == 0)
    }

    @Test("Two calls of one writing method that may have been done are a possible duplicate")
    func possibleDuplicates() {
        for outcome in ["success", "accepted", "partial", "open", "unknown"] {
            #expect(isDoubted([call("success"), call(outcome)]), "\(outcome)")
            #expect(isDoubted([call(outcome, id: "1"), call(outcome)]), "\(outcome)")
            #expect(isDoubted([call(outcome, id: "1"), call(outcome, id: "2")]), "\(outcome)")
        }
        #expect(isDoubted([call("success"), call("unknown", settles: .done)]))
    }

    @Test("Other methods, readers, a common request id, and what was surely not done are none")
    func noDuplicates() {
        for outcome in [
            "business_failure", "rejected", "session_invalid", "throttled", "misconfigured", "platform_error",
            "not_sent",
        ] {
            #expect(!isDoubted([call("success"), call(outcome)]), "\(outcome)")
        }
        #expect(!isDoubted([call("success")]) && !isDoubted([]))
        #expect(!isDoubted([call("success"), call("success", "m.other")]))
        #expect(!isDoubted([call("success", "m.read"), call("success", "m.read")]))
        #expect(!isDoubted([call("success", id: "1"), call("unknown", id: "1")]))
        #expect(!isDoubted([call("success"), call("unknown", settles: .notDone)]))
    }
}
