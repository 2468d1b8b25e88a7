import JSON
import TestSupport
import Testing

@Suite("What is refused before it is a call: nothing is sent, nothing is recorded", .bounded)
struct RefusalTests {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var status: Int
        var problem: String
        var path = "/v1/aliauto/car-profiles"
        var method = "POST"
        /// Nil: the caller's; empty: none.
        var token: (@Sendable (Stage.Tokens) -> String)?
        var headers: [(name: String, value: String)] = []
        var body: @Sendable (_ marker: String) -> [UInt8] = { Array(Example.carProfile($0).body.utf8) }
        /// A header of the answer with its value.
        var answered: (name: String, value: String)?
        /// A text that the detail holds.
        var says: String?

        var description: String { name }
    }

    private static func body(_ text: String) -> @Sendable (String) -> [UInt8] {
        { marker in Array(text.replacing("MARKER", with: marker).utf8) }
    }

    static let callers: [Case] = [
        Case(
            name: "no token", status: 401, problem: "unauthenticated", token: { _ in "" },
            answered: ("WWW-Authenticate", #"Bearer realm="toprelay""#)),
        Case(name: "a token that is none", status: 401, problem: "unauthenticated", token: { _ in "trk_x" }),
        Case(
            name: "a token with one wrong letter", status: 401, problem: "unauthenticated",
            token: { $0.caller.dropLast() + ($0.caller.hasSuffix("a") ? "b" : "a") }),
        Case(name: "a token for audits", status: 403, problem: "forbidden", token: { $0.auditor }, says: "relay"),
        Case(
            name: "a token for another app", status: 403, problem: "forbidden", token: { $0.limited },
            headers: [("Top-App", "by-md5")], says: "by-md5"),
        Case(
            name: "a token for other methods", status: 403, problem: "forbidden", path: "/v1/crm/card-sales",
            token: { $0.limited }, body: { Array(Example.cards($0).body.utf8) }, says: "alibaba.alsc"),
        Case(
            name: "an unknown app", status: 403, problem: "forbidden", headers: [("Top-App", "nobody")], says: "nobody"),
        Case(
            name: "an unknown seller", status: 424, problem: "session-invalid", headers: [("Top-Seller", "nobody")],
            says: "nobody"),
        Case(
            name: "an app without sessions", status: 424, problem: "session-invalid",
            headers: [("Top-App", "no-session")]),
    ]

    static let paths: [Case] = [
        Case(name: "a path that is not there", status: 404, problem: "not-found", path: "/v1/nothing"),
        Case(name: "an unknown method", status: 404, problem: "not-found", path: "/v1/top/taobao.no.such.method"),
        Case(name: "a longer path", status: 404, problem: "not-found", path: "/v1/aliauto/car-profiles/1"),
        Case(name: "a slash more", status: 404, problem: "not-found", path: "/v1/aliauto/car-profiles/"),
        Case(
            name: "GET of a call's path", status: 405, problem: "method-not-allowed", method: "GET",
            answered: ("Allow", "POST")),
        Case(
            name: "PUT by name", status: 405, problem: "method-not-allowed",
            path: "/v1/top/tmall.aliauto.carprofile.sync", method: "PUT", answered: ("Allow", "POST")),
        Case(
            name: "POST to a list", status: 405, problem: "method-not-allowed", path: "/v1/audit/calls",
            answered: ("Allow", "GET, HEAD")),
        Case(
            name: "DELETE of health", status: 405, problem: "method-not-allowed", path: "/livez", method: "DELETE",
            answered: ("Allow", "GET, HEAD")),
        Case(
            name: "a query", status: 400, problem: "malformed-request", path: "/v1/aliauto/car-profiles?a=1", says: "a"),
    ]

    static let bodies: [Case] = [
        Case(name: "an empty body", status: 400, problem: "malformed-request", body: { _ in [] }),
        Case(name: "blanks", status: 400, problem: "malformed-request", body: body(" \r\n\t")),
        Case(name: "no JSON", status: 400, problem: "malformed-request", body: body("list=MARKER")),
        Case(name: "half an object", status: 400, problem: "malformed-request", body: body(#"{"phone":"MARKER""#)),
        Case(name: "more behind it", status: 400, problem: "malformed-request", body: body(#"{"phone":"MARKER"}{}"#)),
        Case(
            name: "a name twice", status: 400, problem: "malformed-request",
            body: body(#"{"phone":"MARKER","phone":"1"}"#), says: "phone"),
        Case(
            name: "a name twice, once escaped", status: 400, problem: "malformed-request",
            body: body(#"{"phone":"MARKER","\u0070hone":"1"}"#), says: "phone"),
        Case(
            name: "65 levels", status: 400, problem: "malformed-request",
            body: { _ in Array((String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).utf8) },
            says: "64"),
        Case(
            name: "invalid UTF-8", status: 400, problem: "malformed-request",
            body: { Array(#"{"phone":""#.utf8) + [0xC3, 0x28] + Array("\($0)\"}".utf8) }),
        Case(
            name: "a raw control character", status: 400, problem: "malformed-request",
            body: body("{\"phone\":\"MARKER\u{01}\"}")),
        Case(
            name: "half a surrogate pair", status: 400, problem: "malformed-request",
            body: body(#"{"phone":"MARKER\ud83d"}"#)),
        Case(
            name: "a body over 1 MiB", status: 413, problem: "payload-too-large",
            body: { Array($0.utf8) + [UInt8](repeating: 0x20, count: 1 << 20) }),
        Case(
            name: "a body of 2 MB", status: 413, problem: "payload-too-large",
            body: { Array($0.utf8) + [UInt8](repeating: 0x20, count: 2_000_000) }),
        Case(
            name: "a form", status: 415, problem: "unsupported-media-type",
            headers: [("Content-Type", "application/x-www-form-urlencoded")]),
        Case(
            name: "plain text", status: 415, problem: "unsupported-media-type",
            headers: [("Content-Type", "text/plain")]),
        Case(
            name: "JSON in GBK", status: 415, problem: "unsupported-media-type",
            headers: [("Content-Type", "application/json; charset=GBK")]),
        Case(
            name: "a compressed body", status: 415, problem: "unsupported-media-type",
            headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]),
    ]

    static let headers: [Case] =
        [
            ("Idempotency-Key", "with blank"), ("Idempotency-Key", "\"\""),
            ("Idempotency-Key", String(repeating: "k", count: 256)), ("Idempotency-Key", "schlüssel"),
            ("X-Request-Id", "with blank"), ("X-Request-Id", String(repeating: "x", count: 201)),
            ("Top-Ref", String(repeating: "r", count: 129)),
            ("Top-Ref", (1...21).map { "r\($0)" }.joined(separator: ",")),
            ("Top-Dry-Run", "maybe"),
        ].map { name, value in
            Case(
                name: "\(name): \(value.prefix(20))", status: 400, problem: "malformed-request",
                headers: [(name, value)],
                says: name)
        }
        + ["Top-App", "Top-Seller", "Idempotency-Key", "Top-Dry-Run"].map { name in
            Case(
                name: "\(name) twice", status: 400, problem: "malformed-request",
                headers: [(name, "true"), (name, "false")],
                says: name)
        }

    @Test("Callers without permission are refused", arguments: callers)
    func refusesCallers(_ refused: Case) async throws { try await check(refused) }

    @Test("Wrong paths and methods are refused", arguments: paths)
    func refusesPathsAndMethods(_ refused: Case) async throws { try await check(refused) }

    @Test("Wrong bodies are refused", arguments: bodies)
    func refusesBodies(_ refused: Case) async throws { try await check(refused) }

    @Test("Wrong headers are refused", arguments: headers)
    func refusesHeaders(_ refused: Case) async throws { try await check(refused) }

    private func check(_ refused: Case) async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        var request = HTTPRequest(method: refused.method, path: refused.path, body: refused.body(marker))
        let token = refused.token?(stage.tokens) ?? stage.tokens.caller
        if !token.isEmpty { request.headers.append(("Authorization", "Bearer \(token)")) }
        if !refused.headers.contains(where: { $0.name == "Content-Type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        if !refused.headers.contains(where: { $0.name == "X-Request-Id" }) {
            request.headers.append(("X-Request-Id", marker))
        }
        request.headers += refused.headers
        let answer = try await stage.relay.send(request)
        #expect(answer.status == refused.status)
        #expect(answer.problem == refused.problem, "\(answer)")
        #expect(answer.outcome == nil)
        if let (name, value) = refused.answered { #expect(answer[name] == value) }
        if let text = refused.says { #expect(answer.json["detail"]?.string?.contains(text) == true, "\(answer)") }
        if !refused.headers.contains(where: { $0.name == "X-Request-Id" }), refused.status != 413 {
            #expect(answer["X-Request-Id"] == marker)
        }
        #expect(try await stage.traces(of: marker) == 0)
    }
}
