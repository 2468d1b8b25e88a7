import Audit
import Relay
import TOP

/// Reads the query of `GET /v1/audit/calls`.
enum AuditQuery {
    static let listNames: Set<String> = [
        "from", "to", "method", "outcome", "app", "seller", "caller", "limit", "cursor", "include",
    ]

    /// The parts of a call that `include` asks for.
    struct Include: Sendable {
        var request = false
        var response = false
    }

    static func filter(_ query: QueryString) throws(Problem) -> TrailFilter {
        var filter = TrailFilter()
        filter.fromMilliseconds = try instant("from", query)
        filter.toMilliseconds = try instant("to", query)
        filter.method = query["method"]
        filter.app = query["app"]
        filter.seller = query["seller"]
        filter.caller = query["caller"]
        filter.outcome = try outcome(query["outcome"])
        if let limit = query["limit"] {
            guard let number = Int(limit), (1...TrailFilter.maximumLimit).contains(number) else {
                throw Problem(.malformedRequest, "limit must be a whole number from 1 to \(TrailFilter.maximumLimit).")
            }
            filter.limit = number
        }
        if let text = query["cursor"] {
            guard let cursor = TrailCursor(text) else {
                throw Problem(.malformedRequest, "cursor must be a value of pagination.next or pagination.prev.")
            }
            filter.cursor = cursor
        }
        return filter
    }

    static func include(_ query: QueryString) throws(Problem) -> Include {
        var include = Include()
        for part in (query["include"] ?? "").split(separator: ",") {
            switch part {
            case "request": include.request = true
            case "response": include.response = true
            default: throw Problem(.malformedRequest, "include takes request and response, separated by a comma.")
            }
        }
        return include
    }

    private static func instant(_ name: String, _ query: QueryString) throws(Problem) -> Int64? {
        guard let text = query[name] else { return nil }
        do {
            return Int64(try TOPTime.epochMilliseconds(rfc3339: text))
        } catch {
            throw Problem(
                .malformedRequest, "\(name) must be an RFC 3339 time with its offset, such as 2026-01-31T08:00:00Z.")
        }
    }

    private static func outcome(_ text: String?) throws(Problem) -> String? {
        guard let text else { return nil }
        guard text == Outcome.open || Outcome(rawValue: text) != nil else {
            let known = (Outcome.allCases.map(\.rawValue) + [Outcome.open]).joined(separator: ", ")
            throw Problem(.malformedRequest, "outcome must be one of \(known).")
        }
        return text
    }
}
