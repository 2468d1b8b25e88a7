import ArgumentParser
import Audit

/// The filters of `GET /v1/audit/calls` as options. `TrailFilter.all` declares their texts and values.
struct AuditFilterOptions: ParsableArguments {
    @Option(help: .filter("method")) var method: String?
    @Option(help: .filter("outcome")) var outcome: String?
    @Option(help: .filter("app")) var app: String?
    @Option(help: .filter("seller")) var seller: String?
    @Option(help: .filter("caller")) var caller: String?
    @Option(help: .filter("status")) var status: String?
    @Option(help: .filter("code")) var code: String?
    @Option(help: .filter("sub_code")) var subCode: String?
    @Option(help: .filter("top_request_id")) var topRequestID: String?
    @Option(help: .filter("client_request_id")) var clientRequestID: String?
    @Option(help: .filter("trace_id")) var traceID: String?
    @Option(help: .filter("min_duration_ms")) var minDurationMs: Int?
    @Option(help: .filter("key", " Needs TOPRELAY_MASTER_KEY.")) var key: String?
    @Option(help: .filter("ref")) var ref: String?
    @Option(help: .filter("from")) var from: String?
    @Option(help: .filter("to")) var to: String?

    /// Whether the search needs the master key.
    var needsMasterKey: Bool { key != nil }

    /// The given values by filter name.
    var texts: [String: String?] {
        [
            "method": method, "outcome": outcome, "app": app, "seller": seller, "caller": caller,
            "status": status, "code": code, "sub_code": subCode, "top_request_id": topRequestID,
            "client_request_id": clientRequestID, "trace_id": traceID, "min_duration_ms": minDurationMs.map { "\($0)" },
            "key": key,
            "ref": ref, "from": from, "to": to,
        ]
    }

    /// The checked query of these options.
    func query() throws -> TrailQuery {
        var query = TrailQuery()
        try query.put(texts)
        return query
    }
}

/// The filters of `GET /v1/audit/calls` that relate calls to other records. Statistics and `tail` do not have them.
struct AuditRelationOptions: ParsableArguments {
    @Option(help: .filter("settled")) var settled: String?
    @Option(help: .filter("sibling_of")) var siblingOf: String?
    @Option(help: .filter("finished_from")) var finishedFrom: String?
    @Option(help: .filter("finished_to")) var finishedTo: String?

    /// The given values by filter name.
    var texts: [String: String?] {
        [
            "settled": settled, "sibling_of": siblingOf, "finished_from": finishedFrom, "finished_to": finishedTo,
        ]
    }

    /// Adds the checked options to a query.
    func add(to query: inout TrailQuery) throws { try query.put(texts) }
}

extension TrailQuery {
    /// Adds filters from options.
    mutating func put(_ texts: [String: String?]) throws {
        for filter in TrailFilter.all {
            guard let text = texts[filter.name] ?? nil else { continue }
            let option = "--" + filter.name.replacing("_", with: "-")
            // An empty filter would match more than intended, usually because a script's variable is not set.
            guard !text.isEmpty else {
                throw CommandError.refused("\(option) must not be empty: give it a value, or leave it out")
            }
            guard filter.put(filter.values == .instant ? Self.withSign(text) : text, into: &self) else {
                throw CommandError.refused("\(option) must be \(filter.values.requirement), not \(text)")
            }
        }
    }

    /// An option's value cannot begin with a hyphen, so that `15m` means `-15m`.
    private static func withSign(_ text: String) -> String {
        guard let unit = text.last, "smhd".contains(unit), text.count > 1,
            text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber })
        else { return text }
        return "-" + text
    }
}

extension ArgumentHelp {
    /// The help text of a filter, with an addition for the command line.
    static func filter(_ name: String, _ more: String = "") -> ArgumentHelp {
        let text = TrailFilter.all.first { $0.name == name }?.text ?? ""
        return ArgumentHelp(text.replacing("`", with: "") + more)
    }
}
