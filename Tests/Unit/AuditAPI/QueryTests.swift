import Audit
import Problems
import Requests
import Testing

@testable import AuditAPI

@Suite struct QueryTests {
    private static let id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

    private func refusal(_ body: () throws -> Void) -> String? {
        let problem = #expect(throws: Problem.self) { try body() }
        #expect(problem?.type == .malformedRequest)
        return problem?.detail
    }

    /// Parameters that narrow an answer.
    private func filters(_ names: String...) -> [ParameterDescription] {
        names.map { ParameterDescription(name: $0, text: "", schema: "{}", values: "") }
    }

    // MARK: Query strings

    @Test("Names and values are decoded; a plus is a space, and an empty value counts as absent")
    func namesAndValuesAreDecoded() throws {
        let query = try QueryString("a=1&b=%E5%90%8D+x%2By&c=&d&%65=f=g&&")
        #expect(query["a"] == "1" && query["b"] == "名 x+y" && query["e"] == "f=g")
        #expect(query["c"] == nil && query["d"] == nil && query["nothing"] == nil)
        #expect(try QueryString(nil)["a"] == nil)
        #expect(try QueryString("")["a"] == nil)
    }

    @Test("Only in a query is a plus a space")
    func onlyInQueryIsPlus() {
        #expect(QueryString.decode("a+b%2B", plusIsSpace: true) == "a b+")
        #expect(QueryString.decode("a+b%2B", plusIsSpace: false) == "a+b+")
    }

    @Test(
        "Broken escapes, invalid UTF-8 and NULs are refused",
        arguments: ["a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%C3%28", "a=%ED%A0%80", "a=%00", "a=%4-"])
    func brokenEscapes(_ query: String) {
        #expect(refusal { _ = try QueryString(query) } != nil)
    }

    @Test("More than 64 parameters are refused")
    func manyParameters() throws {
        let all = (1...64).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try QueryString(all)["p64"] == "1")
        #expect(refusal { _ = try QueryString(all + "&more=1") }?.contains("64") == true)
    }

    @Test("An unknown parameter is named with the known ones; one that is given twice is refused")
    func unknownParameters() throws {
        try QueryString("a=1&b=2").check(filters("a", "b"))
        #expect(
            refusal { try QueryString("x=1").check(filters("b", "a")) }
                == "The query parameter \"x\" is unknown; known are: a, b.")
        #expect(
            refusal { try QueryString("x=1").check([]) }
                == "The query parameter \"x\" is unknown; this path takes none.")
        #expect(
            refusal { try QueryString("a=1&%61=2").check(filters("a")) }
                == "The query parameter \"a\" is repeated.")
        let long = String(repeating: "n", count: 5000)
        #expect((refusal { try QueryString(long).check(filters("a")) }?.utf8.count ?? .max) < 200)
    }

    @Test("An empty filter is refused by its name; an empty parameter that narrows nothing counts as absent")
    func emptyParameters() throws {
        let all = [AuditParameters.calls, AuditParameters.refusals, AuditParameters.export, AuditParameters.stats]
        for parameter in all.flatMap({ $0 }) {
            let name = parameter.name
            let isShaping = ["order", "limit", "cursor", "include", "format", "bucket", "dimensions", "measures"]
                .contains(name)
            for query in [name, name + "="] {
                let query = try QueryString(query)
                guard !isShaping else {
                    try query.check([parameter])
                    continue
                }
                let told = refusal { try query.check([parameter]) }
                #expect(told == "The query parameter \"\(name)\" is empty. Give it a value or leave it out.")
            }
        }
    }

    // MARK: The list's query

    private func filter(_ query: String) throws -> TrailQuery {
        try TrailQuery(page: try QueryString(query), catalog: try catalogWithKey.get())
    }

    @Test("Without parameters it is the newest fifty of all")
    func withoutParametersItIsNewest() throws {
        let filter = try filter("")
        #expect(filter.limit == 50 && filter.cursor == nil)
        #expect(filter.fromMilliseconds == nil && filter.toMilliseconds == nil)
        #expect(
            [filter.method, filter.outcome, filter.app, filter.seller, filter.caller] == [nil, nil, nil, nil, nil])
    }

    @Test("Each parameter is taken")
    func eachParameterIsTaken() throws {
        let filter = try filter(
            "from=2026-01-31T08:00:00%2B08:00&to=2026-01-31T00:00:00.001Z&method=a.*&outcome=open&app=%E5%90%8D"
                + "&seller=east&caller=shop&limit=1000&cursor=o\(Self.id)")
        #expect(filter.fromMilliseconds == 1_769_817_600_000 && filter.toMilliseconds == 1_769_817_600_001)
        #expect(filter.method == "a.*" && filter.outcome == "open" && filter.app == "名")
        #expect(filter.seller == "east" && filter.caller == "shop" && filter.limit == 1000)
        #expect(filter.cursor?.direction == .older && filter.cursor?.id.text == Self.id)
    }

    @Test("Every outcome of the contract can be asked for")
    func everyOutcomeOfContract() throws {
        for outcome in Outcome.allCases.map(\.rawValue) + ["open"] {
            #expect(try filter("outcome=\(outcome)").outcome?.only == outcome)
        }
    }

    @Test(
        "What is malformed is refused with the parameter's name",
        arguments: [
            ("limit", "0"), ("limit", "1001"), ("limit", "-1"), ("limit", "x"), ("limit", "1.5"),
            ("limit", "99999999999999999999"), ("outcome", "Success"), ("outcome", "none"), ("cursor", "x"),
            ("cursor", id), ("cursor", "o"), ("from", "yesterday"), ("from", "2026-02-30"),
            ("from", "-"), ("from", "-m"), ("from", "-15"), ("from", "-1w"), ("from", "15m"), ("from", "-1.5h"),
            ("from", "-9999999999m"), ("from", "-99999d"), ("to", "tomorrow"), ("finished_to", "-٣m"),
            ("from", "2026-01-31T08:00:00"), ("from", "2026-02-30T08:00:00Z"), ("to", "1769817600"),
            ("to", "2026-01-31T25:00:00Z"),
        ])
    func whatIsMalformedIsRefused(_ name: String, _ value: String) {
        #expect(refusal { _ = try filter("\(name)=\(value)") }?.hasPrefix(name) == true)
    }

    @Test("Several values are separated by commas, and a comma in a value is escaped")
    func severalValues() throws {
        let filter = try filter(
            "method=a.*,b.c&seller=%E5%BA%97%5C,1,2&status=200,504&outcome=open,unknown&app=a,a&code=%5Cn,%5C")
        #expect(filter.method?.values == ["a.*", "b.c"] && filter.seller?.values == ["店,1", "2"])
        #expect(filter.status?.values == [200, 504] && filter.outcome?.values == ["open", "unknown"])
        #expect(filter.app?.values == ["a"] && filter.code?.values == ["\\n", "\\"])
        let most = (1...20).map { "v\($0)" }.joined(separator: ",")
        #expect(try self.filter("sub_code=\(most)").subCode?.values.count == 20)
        for query in [
            "sub_code=\(most),v21", "app=a,,b", "app=,", "app=a,", "status=200,99", "outcome=success,fine", "caller=,a",
        ] {
            let name = query.prefix { $0 != "=" }
            #expect(refusal { _ = try self.filter(query) }?.hasPrefix(name) == true, "\(query)")
        }
    }

    @Test("Times are given as instants, as days, or as a time ago; the end of a range includes its day")
    func relativeTimes() throws {
        // 2026-01-31T01:30:00+08:00
        let now: Int64 = 1_769_794_200_000
        func instant(_ text: String, isEnd: Bool = false) -> Int64? {
            FilterValues.instant(text, isEnd: isEnd, now: now)
        }
        let (hour, day): (Int64, Int64) = (3_600_000, 86_400_000)
        let midnight = now - hour - hour / 2
        #expect(instant("-15m") == now - hour / 4 && instant("-1h") == now - hour && instant("-7d") == now - 7 * day)
        #expect(instant("-1h", isEnd: true) == now - hour && instant("-90s") == now - 90_000)
        #expect(instant("today") == midnight && instant("today", isEnd: true) == midnight + day)
        #expect(instant("2026-01-30") == midnight - day && instant("2026-01-30", isEnd: true) == midnight)
        #expect(instant("2026-01-31T01:30:00+08:00") == now && instant("2026-01-31T01:30:00 08:00") == now)
        #expect(instant("2026-01-30T17:30:00Z", isEnd: true) == now)
        let plus = try filter("from=2026-01-31T01:30:00+08:00&to=2026-01-31T01:30:00%2B08:00")
        #expect(plus.fromMilliseconds == now && plus.toMilliseconds == now)
        let ended = try filter("finished_from=2026-01-30&finished_to=2026-01-30")
        #expect(ended.finishedFromMilliseconds == midnight - day && ended.finishedToMilliseconds == midnight)
    }

    @Test("Include takes request and response")
    func includeTakesRequestAndResponse() throws {
        func include(_ query: String) throws -> [Bool] {
            let include = try QueryString(query).value(of: AuditParameters.include) ?? TrailInclude()
            return [include.request, include.response]
        }
        #expect(try include("") == [false, false])
        #expect(try include("include=request") == [true, false])
        #expect(try include("include=response,request") == [true, true])
        for value in ["all", "request,x", "Request", "request%20"] {
            #expect(refusal { _ = try include("include=\(value)") }?.hasPrefix("include") == true)
        }
    }
}
