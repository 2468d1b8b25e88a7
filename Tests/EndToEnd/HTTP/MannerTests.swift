import Foundation
import JSON
import TestSupport
import Testing

@Suite("HTTP manners", .bounded)
struct MannerTests {
    /// The forms of the response header fields that every response has.
    private func check(_ answer: HTTPAnswer, requestID: String? = nil) {
        let date = answer["Date"] ?? ""
        #expect(
            date.wholeMatch(of: #/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] 20\d\d \d\d:\d\d:\d\d GMT/#)
                != nil,
            "\(answer)")
        #expect(answer.headers.filter { $0.name == "date" }.count == 1)
        let ids = answer.headers.filter { $0.name == "x-request-id" }.map(\.value)
        if let requestID {
            #expect(ids == [requestID], "\(answer)")
        } else {
            let isOwn = ids.first?.wholeMatch(of: #/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}/#) != nil
            #expect(ids.count == 1 && isOwn, "\(answer)")
        }
        if answer["Content-Type"]?.contains("json") == true {
            #expect(answer.body.last == UInt8(ascii: "\n") && answer.body.dropLast().last != UInt8(ascii: "\n"))
        }
    }

    @Test("Every response has a date and a request id, and JSON ends with a line feed")
    func everyResponse() async throws {
        let stage = try await Stage.shared
        for path in [
            "/livez", "/readyz", "/version", "/metrics", "/openapi.json", "/docs",
            "/docs/tmall.aliauto.carprofile.sync",
            "/console", "/", "/problems/throttled", "/problems/none", "/none", "/v1/top/none", "/v1/audit/calls",
        ] {
            check(try await stage.relay.get(path))
        }
        for path in ["calls?limit=1", "stats", "refusals", "calls?from=x"] {
            check(try await stage.relay.get("/v1/audit/\(path)", token: stage.tokens.auditor))
        }
        let id = Example.newMarker()
        let own = [(name: "X-Request-Id", value: id)]
        check(try await stage.call(.rental(), headers: own), requestID: id)
        check(try await stage.call(.rental(), headers: own + [("Top-Dry-Run", "true")]), requestID: id)
        check(
            try await stage.relay.send(HTTPRequest(path: "/livez", headers: own)), requestID: id)
    }

    @Test("What the HTTP server itself refuses has the caller's request id too")
    func refusedByServer() async throws {
        let stage = try await Stage.shared
        let id = Example.newMarker()
        let large = String(repeating: " ", count: (1 << 20) + 1)
        let answer = try await stage.relay.post(
            "/v1/aliauto/car-profiles", large, token: stage.tokens.caller, headers: [("X-Request-Id", id)])
        #expect(answer.problem == "payload-too-large", "\(answer)")
        check(answer, requestID: id)
        let twice = try await stage.relay.post(
            "/v1/aliauto/car-profiles", "{}", token: stage.tokens.caller,
            headers: [("Authorization", "Bearer x"), ("X-Request-Id", id)])
        #expect(twice.problem == "malformed-request")
        check(twice, requestID: id)
        let expectation = try await stage.relay.send(HTTPRequest(path: "/livez", headers: [("Expect", "more")]))
        #expect(expectation.problem == "expectation-failed")
        check(expectation)
    }

    @Test("A response about a call names the call and its outcome in headers")
    func headersOfCalls() async throws {
        let stage = try await Stage.shared
        let done = try await stage.call(.rental())
        let id = try #require(done.id)
        #expect(done["Top-Call-Id"] == id && done["Top-Outcome"] == "success" && done["X-Request-Id"] == id, "\(done)")
        let cut = Example.rental()
        try await stage.gateway.order(#"{"contains":"\#(cut.marker)","kind":"cut"}"#)
        let unknown = try await stage.call(cut)
        #expect(unknown["Top-Call-Id"] == unknown.id && unknown["Top-Outcome"] == "unknown", "\(unknown)")
        let refused = try await stage.relay.post("/v1/aliauto/car-profiles", "{}", token: stage.tokens.caller)
        #expect(refused["Top-Call-Id"] == nil && refused["Top-Outcome"] == nil, "\(refused)")
        let own = try await stage.relay.get("/v1/calls/\(id)", token: stage.tokens.caller)
        #expect(own["Top-Call-Id"] == id && own["Top-Outcome"] == "success", "\(own)")
        let read = try await stage.relay.get("/v1/audit/calls/\(id)", token: stage.tokens.auditor)
        #expect(read["Top-Call-Id"] == id && read["Top-Outcome"] == "success", "\(read)")
    }

    @Test("A replay names the first call and its outcome, and has the same bytes")
    func headersOfReplay() async throws {
        let stage = try await Stage.shared
        let example = Example.rental()
        let key = [(name: "Idempotency-Key", value: example.marker)]
        let first = try await stage.call(example, headers: key)
        let again = try await stage.call(example, headers: key)
        #expect(again["Idempotency-Replayed"] == "true" && again.body == first.body, "\(again)")
        #expect(again["Top-Call-Id"] == first.id && again["Top-Outcome"] == "success", "\(again)")
        #expect(again["Cache-Control"] == "no-store")
        check(again)
    }

    @Test("The root leads to the page for developers")
    func rootLeadsToDocs() async throws {
        let answer = try await Stage.shared.relay.get("/")
        #expect(answer.status == 302 && answer["Location"] == "/docs" && answer.body.isEmpty, "\(answer)")
    }

    @Test("Every type of problem resolves to a page in English and Chinese, with an example")
    func problemPages() async throws {
        let relay = try await Stage.shared.relay
        let described = try await relay.get("/openapi.json").json
        let types = described["components"]?["schemas"]?["ProblemType"]?["enum"]?.elements.compactMap(\.string) ?? []
        try #require(types.count >= 26)
        for type in types {
            let page = try await relay.get(type)
            #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8", "\(page)")
            for text in ["Cause", "Remedy", "原因", "处理方法", "&quot;type&quot;: &quot;\(type)&quot;"] {
                #expect(page.text.contains(text), "\(type) \(text)")
            }
            #expect(page.text.contains("<html lang=\"en\">"))
        }
        let chinese = try await relay.send(
            HTTPRequest(path: "/problems/throttled", headers: [("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")]))
        let words = chinese.text
        #expect(words.contains("<html lang=\"zh\">") && chinese["Vary"] == "Accept-Language")
        let (first, second) = (words.range(of: "原因"), words.range(of: "Cause"))
        #expect(
            first != nil && second != nil
                && (first?.lowerBound ?? words.endIndex) < (second?.lowerBound ?? words.startIndex))
        let none = try await relay.get("/problems/none")
        #expect(none.problem == "not-found", "\(none)")
    }

    @Test("I6: an unknown method gets the nearest names and the command that imports it")
    func unknownMethod() async throws {
        let stage = try await Stage.shared
        let answer = try await stage.relay.post(
            "/v1/top/tmall.aliauto.carprofil.sync", "{}", token: stage.tokens.caller)
        #expect(answer.problem == "not-found", "\(answer)")
        #expect(answer.json["suggestions"]?.elements.first { _ in true }?.string == "tmall.aliauto.carprofile.sync")
        let detail = answer.json["detail"]?.string ?? ""
        #expect(detail.contains("toprelay catalog import PAGE.txt -o tmall.aliauto.carprofil.sync.yaml"))
        #expect(detail.contains("POST /v1/raw/tmall.aliauto.carprofil.sync"))
        let far = try await stage.relay.post("/v1/top/taobao.item.update", "{}", token: stage.tokens.caller)
        #expect(far.problem == "not-found" && far.json["suggestions"]?.count == 0, "\(far)")
        let noName = try await stage.relay.post("/v1/top/13700000000", "{}", token: stage.tokens.caller)
        #expect(noName.problem == "not-found" && !noName.text.contains("13700000000"), "\(noName)")
    }
}
