package import Audit

/// What a trace says about its thing in numbers.
package struct TraceSummary: Sendable {
    /// The number of events.
    package var requests = 0
    /// Rejected requests, and calls that were not sent.
    package var notSent = 0
    /// The other calls.
    package var sent = 0
    /// The number of sent calls by outcome, in the order of the contract's outcomes.
    package var outcomes: [(outcome: String, count: Int)] = []
    /// Whether something may have been done twice.
    package var isPossiblyDuplicated = false
    /// Whether the trace has more events than are shown.
    package var isTruncated = false

    /// Outcomes of calls that TOP executed, or may have executed.
    private static let doneOutcomes = Set(
        [Outcome.success, .accepted, .partial, .unknown].map(\.rawValue) + [Outcome.open])

    /// What an event adds to the summary.
    struct Step {
        var method: String
        /// The outcome of a call; nil for a rejected request.
        var outcome: String?
        /// The method's idempotency id.
        var requestID: String?
        var settled: Note.Settlement?
    }

    /// - Parameter reads: whether a method only reads. It cannot do anything twice.
    package init(_ trace: Trace, reads: (String) -> Bool) {
        self.init(trace.events.map(Step.init), reads: reads)
        isTruncated = trace.isTruncated
    }

    init(_ steps: [Step], reads: (String) -> Bool) {
        requests = steps.count
        var counts: [String: Int] = [:]
        // What may have been done, by method. Calls with one request id count once.
        var withID: [String: Set<String>] = [:]
        var withoutID: [String: Int] = [:]
        for step in steps {
            guard let outcome = step.outcome, outcome != Outcome.notSent.rawValue else {
                notSent += 1
                continue
            }
            sent += 1
            counts[outcome, default: 0] += 1
            let wasNotDone = outcome == Outcome.unknown.rawValue && step.settled == .notDone
            guard Self.doneOutcomes.contains(outcome), !wasNotDone, !reads(step.method) else { continue }
            if let id = step.requestID {
                withID[step.method, default: []].insert(id)
            } else {
                withoutID[step.method, default: 0] += 1
            }
        }
        outcomes = Outcome.words.compactMap { word in counts[word].map { (word, $0) } }
        isPossiblyDuplicated = Set(withID.keys).union(withoutID.keys).contains { method in
            (withID[method]?.count ?? 0) + (withoutID[method] ?? 0) > 1
        }
    }
}

extension TraceSummary.Step {
    init(_ event: TraceEvent) {
        switch event {
        case .call(let call):
            self.init(
                method: call.row.method, outcome: call.row.outcome, requestID: call.row.idempotencyID,
                settled: call.settled)
        case .refusal(let refusal): self.init(method: refusal.method)
        }
    }
}
