import Audit
import Metrics

/// The figures of one worker's calls, for operators. Meters are made once and kept, since looking one up costs as much
/// as signing.
public final class CallMeters {
    private var calls: [String: [Outcome: Counter]] = [:]
    private var durations: [String: Timer] = [:]
    private var refusals: [ProblemType: Counter] = [:]
    private let top = Timer(label: "toprelay_top_seconds")
    private let audit = Timer(label: "toprelay_audit_wait_seconds")
    private let inFlightLimit = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "calls_in_flight")])
    private let queueLimit = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "outcome_queue")])
    private let banRefusals = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "top_ban")])
    private let unrecordedCalls = Counter(label: "toprelay_unrecorded_calls_total")
    private let unsentCalls = Counter(label: "toprelay_unsent_calls_total")

    /// Meters of the process's metrics system.
    public init() {}

    func finished(method: String, outcome: Outcome, timing: ServerTiming) {
        counter(method: method, outcome: outcome).increment()
        duration(method: method).recordNanoseconds(Int64(clamping: timing.total))
        audit.recordNanoseconds(Int64(clamping: timing.audit))
        if let spent = timing.top { top.recordNanoseconds(Int64(clamping: spent)) }
    }

    func refused(_ type: ProblemType) {
        if let counter = refusals[type] { return counter.increment() }
        let counter = Counter(label: "toprelay_refusals_total", dimensions: [("type", type.rawValue)])
        refusals[type] = counter
        counter.increment()
    }

    func refusedByLimit() { inFlightLimit.increment() }

    func refusedByQueue() { queueLimit.increment() }

    func refusedByBan() { banRefusals.increment() }

    func unrecorded() { unrecordedCalls.increment() }

    func notSent() { unsentCalls.increment() }

    private func counter(method: String, outcome: Outcome) -> Counter {
        if let counter = calls[method]?[outcome] { return counter }
        let counter = Counter(
            label: "toprelay_calls_total", dimensions: [("method", method), ("outcome", outcome.rawValue)])
        calls[method, default: [:]][outcome] = counter
        return counter
    }

    private func duration(method: String) -> Timer {
        if let timer = durations[method] { return timer }
        let timer = Timer(label: "toprelay_call_seconds", dimensions: [("method", method)])
        durations[method] = timer
        return timer
    }
}
