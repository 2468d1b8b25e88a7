import Audit
import Problems
import Relay
import TOP

/// Reads the query of `GET /v1/audit/calls`.
enum AuditQuery {
    static let listNames: Set<String> = [
        "from", "to", "method", "outcome", "app", "seller", "caller", "status", "code", "sub_code", "top_request_id",
        "client_request_id", "min_duration_ms", "key", "ref", "sibling_of", "settled",
        "order", "limit", "cursor", "include",
    ]

    /// - Parameter isList: whether `limit` and `cursor` are a page's.
    static func filter(_ query: QueryString, isList: Bool = true) throws(Problem) -> TrailFilter {
        var filter = TrailFilter()
        filter.fromMilliseconds = try instant("from", query)
        filter.toMilliseconds = try instant("to", query)
        filter.method = query["method"]
        filter.app = query["app"]
        filter.seller = query["seller"]
        filter.caller = query["caller"]
        filter.outcome = try outcome(query["outcome"])
        filter.code = query["code"]
        filter.subCode = query["sub_code"]
        filter.topRequestID = query["top_request_id"]
        filter.clientRequestID = query["client_request_id"]
        filter.ref = query["ref"]
        filter.status = try number("status", in: 100...599, query)
        filter.minimumDurationMilliseconds = try number("min_duration_ms", in: 0...86_400_000, query)
        filter.key = try key(query["key"])
        filter.siblingOf = try sibling(query["sibling_of"])
        filter.settled = try settled(query["settled"])
        filter.order = try order(query["order"])
        guard isList else { return filter }
        filter.limit = try number("limit", in: 1...TrailFilter.maximumLimit, query) ?? filter.limit
        if let text = query["cursor"] {
            guard let cursor = TrailCursor(text) else {
                throw Problem(.malformedRequest, "cursor must be a value of pagination.next or pagination.prev.")
            }
            filter.cursor = cursor
        }
        return filter
    }

    static func include(_ query: QueryString) throws(Problem) -> TrailInclude {
        guard let include = TrailInclude(query["include"] ?? "") else {
            throw Problem(.malformedRequest, "include takes request and response, separated by a comma.")
        }
        return include
    }

    static func instant(_ name: String, _ query: QueryString) throws(Problem) -> Int64? {
        guard let text = query[name] else { return nil }
        do {
            return Int64(try TOPTime.epochMilliseconds(rfc3339: text))
        } catch {
            throw Problem(
                .malformedRequest, "\(name) must be an RFC 3339 time with its offset, such as 2026-01-31T08:00:00Z.")
        }
    }

    static func number(_ name: String, in range: ClosedRange<Int>, _ query: QueryString) throws(Problem) -> Int? {
        guard let text = query[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .malformedRequest, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func key(_ text: String?) throws(Problem) -> (name: String, value: String)? {
        guard let text else { return nil }
        guard let key = TrailFilter.key(text) else {
            throw Problem(.malformedRequest, "key must be a business key's NAME:VALUE, such as channel_profile_id:1.")
        }
        return key
    }

    private static func sibling(_ text: String?) throws(Problem) -> CallID? {
        guard let text else { return nil }
        guard let id = CallID(text) else { throw Problem(.malformedRequest, "sibling_of must be the id of a call.") }
        return id
    }

    private static func settled(_ text: String?) throws(Problem) -> SettledFilter? {
        guard let text else { return nil }
        guard let settled = SettledFilter(rawValue: text) else {
            let known = SettledFilter.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.malformedRequest, "settled must be one of \(known).")
        }
        return settled
    }

    private static func order(_ text: String?) throws(Problem) -> TrailFilter.Order {
        guard let text else { return .newest }
        guard let order = TrailFilter.Order(rawValue: text) else {
            throw Problem(.malformedRequest, "order must be newest or oldest.")
        }
        return order
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
