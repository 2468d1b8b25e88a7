import Audit
import Problems
import Requests
import Testing

@testable import AuditAPI

/// The query of `GET /v1/audit/stats`.
@Suite struct StatsParametersTests {
    private static let now: Int64 = 1_767_312_000_123

    private func read(_ text: String) throws -> StatsQuery {
        let query = try QueryString(text)
        try query.check(AuditParameters.stats)
        return try StatsQuery(query, catalog: try catalogWithKey.get(), now: Self.now)
    }

    @Test(
        "What is wrong is refused, and what there is is said",
        arguments: [
            ("bucket=2m", "1m, 5m, 15m, 1h, 1d, all"), ("dimensions=method,shop", "method, app, seller, caller"),
            ("dimensions=method,method", "at most once"), ("dimensions=,method", "at most once"),
            ("dimensions=method,", "at most once"), ("dimensions=status", "at most once"),
            ("measures=count,p90", "p50, p95, p99"), ("measures=p95_ms", "error_rate"),
            ("measures=count;p95", "comma-separated"), ("outcome=open", "ended"), ("outcome=done", "success"),
            ("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "before"),
            ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "before"), ("from=yesterday", "RFC 3339"),
            ("from=2026-01-01T00:00:00Z&to=2026-01-04T00:00:00Z&bucket=1m", "3000 buckets"),
            ("limit=0", "1 to 1000"), ("limit=1001", "1 to 1000"), ("key=phone", "NAME:VALUE"),
            ("status=OK", "whole number"),
            ("dimension=method", "unknown"), ("order=oldest", "unknown"), ("cursor=x", "unknown"),
            ("include=request", "unknown"), ("bucket=1m&bucket=1h", "repeated"),
        ])
    func whatIsWrongIsRefused(_ text: String, _ words: String) {
        let problem = #expect(throws: Problem.self) { _ = try read(text) }
        #expect(problem?.type == .malformedRequest)
        #expect(problem?.detail.contains(words) == true, "\(problem?.detail ?? "")")
    }

    @Test("Without parameters: the last day by the hour, all calls, every measure")
    func withoutParameters() throws {
        let query = try read("")
        #expect(query.bucket == .hour && query.dimensions.isEmpty && query.top == nil)
        #expect(query.measures == Set(StatsQuery.Measure.allCases))
        #expect(query.toMilliseconds >= Self.now && query.toMilliseconds - query.fromMilliseconds == 86_400_000)
        #expect(try read("to=2026-01-02T00:00:00Z").fromMilliseconds == 1_767_225_600_000)
    }

    @Test("Dimensions keep their order, and every filter of the list is taken")
    func dimensionsKeepTheirOrder() throws {
        let query = try read(
            "bucket=all&dimensions=outcome,method&measures=p95,count&limit=10&method=a.*&app=a&seller=s&caller=c&outcome=rejected"
                + "&status=422&code=15&sub_code=isv.x&min_duration_ms=5&key=order_id:1&ref=SO1&top_request_id=t&client_request_id=r"
        )
        #expect(query.bucket == .all && query.dimensions == [.outcome, .method] && query.top == 10)
        #expect(query.measures == [.p95, .count])
        let filter = query.filter
        #expect(filter.method == "a.*" && filter.app == "a" && filter.seller == "s" && filter.caller == "c")
        #expect(
            filter.outcome == "rejected" && filter.status == 422 && filter.code == "15" && filter.subCode == "isv.x")
        #expect(filter.minimumDurationMilliseconds == 5 && filter.ref == "SO1" && filter.topRequestID == "t")
        #expect(filter.clientRequestID == "r" && filter.key?.name == "order_id" && filter.key?.value == "1")
    }
}
