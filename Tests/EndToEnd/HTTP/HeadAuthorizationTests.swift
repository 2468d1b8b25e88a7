import Foundation
import JSON
import TestSupport
import Testing

@Suite("Requests that are refused by their head", .bounded)
struct HeadAuthorizationTests {
    private static let path = "/v1/crm/card-sales"

    /// A path at which a caller with a valid token gets 404.
    private static let noCall = "/v1/calls/019a0000-0000-7000-8000-000000000000"

    private func head(
        _ method: String = "POST", _ path: String = path, token: String?, length: Int = 700_000, more: String = ""
    ) -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(authorization)Content-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("No body is waited for: token, scope, path and method are checked when the head has arrived")
    func withoutBody() async throws {
        let stage = try await Stage.shared
        let tokens = stage.tokens
        let cases: [(String, Int, String)] = [
            (head(token: nil), 401, "unauthenticated"), (head(token: "trk_wrong"), 401, "unauthenticated"),
            (head(token: tokens.auditor), 403, "forbidden"), (head("POST", "/nowhere", token: nil), 404, "not-found"),
            (head("PUT", token: tokens.caller), 405, "method-not-allowed"),
            (head("POST", "/livez", token: nil), 405, "method-not-allowed"),
            (head(token: nil, length: 2_000_000), 413, "payload-too-large"),
            (head(token: nil, more: "Expect: 100-continue\r\n"), 401, "unauthenticated"),
        ]
        let port = stage.relay.port
        for (head, status, type) in cases {
            let (answer, rest) = try await onThread {
                let connection = try RawClient(port: port, seconds: 20)
                try connection.send(head)
                return (try connection.answer(), try connection.readToEnd())
            }
            #expect(answer.status == status && answer.problem == type && rest.isEmpty, "\(head)\(answer)")
            #expect(answer["Connection"] == "close" && answer["X-Request-Id"]?.utf8.count == 36)
        }
    }

    @Test("A caller that sends its whole body at once can read why it is refused")
    func callerThatSendsItsWhole() async throws {
        let stage = try await Stage.shared
        let port = stage.relay.port
        let bytes = Array(head(token: "trk_wrong").utf8) + [UInt8](repeating: 0x20, count: 700_000)
        let answer = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(bytes)
            return try connection.answer()
        }
        #expect(answer.status == 401 && answer.problem == "unauthenticated", "\(answer)")
    }

    @Test("A refusal by the head leaves its trace")
    func refusalByHeadLeaves() async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let (port, text) = (stage.relay.port, head(token: stage.tokens.auditor, more: "Top-Ref: \(marker)\r\n"))
        let answer = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(text)
            return try connection.answer()
        }
        #expect(answer.status == 403)
        let row = try await eventually("the refusal is in the trail") {
            try await stage.query("SELECT caller, type FROM audit.refusals WHERE '\(marker)' = ANY(refs)").first
        }
        #expect(row["caller"]?.string == "auditor" && row["type"]?.string == "forbidden")
    }

    @Test("A token that is withdrawn while the body arrives makes no call")
    func tokenThatIsWithdrawn() async throws {
        let stage = try await Stage.make()
        let example = Example.rental()
        let token = try await stage.line.token("short", ["--scope", "relay"])
        let body = Array(example.body.utf8)
        let port = stage.relay.port
        try await eventually("the token is known") {
            try await stage.relay.get(Self.noCall, token: token).status == 404
        }
        let connection = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(self.head("POST", example.path, token: token, length: body.count))
            try connection.send(Array(body.dropLast()))
            return connection
        }
        try await stage.line.succeed(["token", "rm", "short"])
        try await eventually("the token is withdrawn") {
            try await stage.relay.get(Self.noCall, token: token).status == 401
        }
        let answer = try await onThread {
            try connection.send(Array(body.suffix(1)))
            return try connection.answer()
        }
        #expect(answer.status == 401, "\(answer)")
        #expect(try await stage.traces(of: example.marker) == 0)
        await stage.stop()
    }
}
