import ArgumentParser
import Audit

/// The filters of `GET /v1/audit/calls` as options.
struct AuditFilterOptions: ParsableArguments {
    @Option(help: "A method, or a glob with *.") var method: String?
    @Option(help: "success, accepted, partial, business_failure, rejected, …, unknown or open.") var outcome: String?
    @Option(help: "The app that signed.") var app: String?
    @Option(help: "The seller's alias.") var seller: String?
    @Option(help: "The caller's token name.") var caller: String?
    @Option(help: "The HTTP status given.") var status: Int?
    @Option(help: "TOP's code.") var code: String?
    @Option(help: "TOP's sub_code.") var subCode: String?
    @Option(help: "TOP's id of the call.") var topRequestID: String?
    @Option(help: "The caller's X-Request-Id.") var clientRequestID: String?
    @Option(help: "Calls that took at least so many milliseconds.") var minDurationMs: Int?
    @Option(help: "A thing that the call touched, as NAME:VALUE; needs TOPRELAY_MASTER_KEY.") var key: String?
    @Option(help: "One of the caller's document numbers (Top-Ref).") var ref: String?
    @Option(help: "Calls from this RFC 3339 time on.") var from: String?
    @Option(help: "Calls before this RFC 3339 time.") var to: String?

    /// Whether the master key is needed to search.
    var needsMasterKey: Bool { key != nil }

    /// What was given, checked.
    func filter() throws -> TrailFilter {
        var filter = TrailFilter()
        try refuseEmpty()
        if let outcome, outcome != Outcome.open, Outcome(rawValue: outcome) == nil {
            let known = (Outcome.allCases.map(\.rawValue) + [Outcome.open]).joined(separator: ", ")
            throw CommandError.refused("there is no outcome \(outcome); there are \(known)")
        }
        if let minDurationMs, minDurationMs < 0 { throw CommandError.refused("--min-duration-ms must not be negative") }
        filter.key = try key.map { text in
            guard let key = TrailFilter.key(text) else { throw CommandError.refused("--key must be NAME:VALUE") }
            return key
        }
        filter.method = method
        filter.outcome = outcome
        filter.app = app
        filter.seller = seller
        filter.caller = caller
        filter.status = status
        filter.code = code
        filter.subCode = subCode
        filter.topRequestID = topRequestID
        filter.clientRequestID = clientRequestID
        filter.minimumDurationMilliseconds = minDurationMs
        filter.ref = ref
        filter.fromMilliseconds = try from.map(Timestamp.read)
        filter.toMilliseconds = try to.map(Timestamp.read)
        return filter
    }

    /// An empty filter would find more than what was meant: a variable of a script was not set.
    private func refuseEmpty() throws {
        let texts = [
            ("method", method), ("outcome", outcome), ("app", app), ("seller", seller), ("caller", caller),
            ("code", code),
            ("sub-code", subCode), ("top-request-id", topRequestID), ("client-request-id", clientRequestID),
            ("key", key),
            ("ref", ref), ("from", from), ("to", to),
        ]
        for (name, text) in texts where text?.isEmpty == true {
            throw CommandError.refused("--\(name) must not be empty: give it a value, or leave it out")
        }
    }
}
