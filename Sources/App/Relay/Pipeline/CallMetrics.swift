import Audit
import Metrics
import Problems

/// The metrics of one worker's calls. Each metric is made once and kept, because looking one up costs as much as
/// signing.
package final class CallMetrics {
    /// The metrics of one method.
    private struct MethodMetrics {
        let duration: Timer
        var outcomes: [(outcome: Outcome, counter: Counter)] = []

        /// A method has few outcomes, so that a linear search is faster than a dictionary.
        func counter(of outcome: Outcome) -> Counter? { outcomes.first { $0.outcome == outcome }?.counter }
    }

    private var methods: [String: MethodMetrics] = [:]
    /// The method of the last call. Successive calls often have the same method.
    private var last: (method: String, metrics: MethodMetrics)?
    private var refusals: [ProblemType: Counter] = [:]
    private let top = Timer(label: "toprelay_top_seconds")
    private let audit = Timer(label: "toprelay_audit_wait_seconds")
    private let inFlightLimit = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "calls_in_flight")])
    private let queueLimit = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "outcome_queue")])
    private let largeCallLimit = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "large_calls")])
    private let banRefusals = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "top_ban")])
    private let unrecordedCalls = Counter(label: "toprelay_unrecorded_calls_total")
    private let unsentCalls = Counter(label: "toprelay_unsent_calls_total")
    private let replays = Counter(label: "toprelay_replayed_calls_total")
    private let repeats = Counter(label: "toprelay_repeated_calls_total")
    private let largeResponses = Counter(label: "toprelay_large_answers_total")

    /// Metrics in the process's metrics system.
    package init() {}

    func finished(method: String, outcome: Outcome, timing: ServerTiming) {
        countCall(of: method, outcome, Int64(clamping: timing.total))
        audit.recordNanoseconds(Int64(clamping: timing.audit))
        if let spent = timing.top { top.recordNanoseconds(Int64(clamping: spent)) }
    }

    func refused(_ type: ProblemType) {
        if let counter = refusals[type] { return counter.increment() }
        let counter = Self.refusalCounter(type)
        refusals[type] = counter
        counter.increment()
    }

    /// The process's counter of requests that were refused with a type of problem.
    static func refusalCounter(_ type: ProblemType) -> Counter {
        Counter(label: "toprelay_refusals_total", dimensions: [("type", type.rawValue)])
    }

    func refusedByLimit() { inFlightLimit.increment() }

    func refusedByQueue() { queueLimit.increment() }

    func refusedByLargeCalls() { largeCallLimit.increment() }

    func refusedByBan() { banRefusals.increment() }

    func unrecorded() { unrecordedCalls.increment() }

    func replayed() { replays.increment() }

    func repeated() { repeats.increment() }

    func notSent() { unsentCalls.increment() }

    func judgedOffLoop() { largeResponses.increment() }

    private func countCall(of method: String, _ outcome: Outcome, _ total: Int64) {
        if let last, last.method == method, let counter = last.metrics.counter(of: outcome) {
            counter.increment()
            return last.metrics.duration.recordNanoseconds(total)
        }
        if let known = methods[method], let counter = known.counter(of: outcome) {
            last = (method, known)
            counter.increment()
            return known.duration.recordNanoseconds(total)
        }
        let labels = [("method", method)]
        var metrics =
            methods[method] ?? MethodMetrics(duration: Timer(label: "toprelay_call_seconds", dimensions: labels))
        let counter = Counter(label: "toprelay_calls_total", dimensions: labels + [("outcome", outcome.rawValue)])
        metrics.outcomes.append((outcome, counter))
        methods[method] = metrics
        counter.increment()
        metrics.duration.recordNanoseconds(total)
    }
}
