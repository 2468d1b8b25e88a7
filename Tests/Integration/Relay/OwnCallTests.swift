import Audit
import Catalog
import EventLoop
import JSON
import Locks
import Problems
import RelayTestSupport
import TestSupport
import Testing

@testable import Relay

/// A caller reads its own call again.
@Suite struct OwnCallTests {
    private struct Case {
        var name: String
        var answer: String
        var outcome: String
        var method = Methods.lease
        var body: String?
    }

    private static func response(_ text: String, status: String = "200 OK") -> String { answer(text, status: status) }

    private static let cases = [
        Case(name: "success", answer: response(Answers.leaseSuccess), outcome: "success"),
        Case(name: "failure", answer: response(Answers.leaseFailure), outcome: "business_failure"),
        Case(
            name: "rejected", answer: response(Answers.error(40, "isv.missing-parameter", subMessage: "no item")),
            outcome: "rejected"),
        Case(name: "rejected without sub_code", answer: response(Answers.error(41)), outcome: "rejected"),
        Case(name: "session", answer: response(Answers.error(27)), outcome: "session_invalid"),
        Case(name: "sign", answer: response(Answers.error(25)), outcome: "misconfigured"),
        Case(name: "platform", answer: response(Answers.error(10)), outcome: "platform_error"),
        Case(
            name: "isp", answer: response(Answers.error(15, "isp.unknown-error", subMessage: "try later")),
            outcome: "unknown"),
        Case(name: "HTML", answer: response("<html></html>"), outcome: "unknown"),
        Case(name: "500", answer: response("down", status: "500 Internal Server Error"), outcome: "unknown"),
        Case(name: "cut", answer: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", outcome: "unknown"),
        Case(
            name: "with a request id", answer: response(Answers.error(15, "isp.unknown-error")), outcome: "unknown",
            method: Methods.cards, body: Body.cards),
        Case(
            name: "throttled",
            answer: response(
                Answers.error(
                    7, "accesscontrol.limited-by-api-access-count", subMessage: "This ban will last for 5 more seconds")
            ), outcome: "throttled"),
    ]

    private func again(_ reply: Reply, _ stage: Stage) async throws -> Reply {
        try await again(#require(CallID(reply.read()["id"]?.string ?? "")), stage)
    }

    private func again(_ id: CallID, _ stage: Stage) async throws -> Reply {
        let (worker, token, catalog) = (stage.worker, stage.token, try Methods.catalog.get())
        return try await Task(executorPreference: stage.loop) {
            try await worker.ownCall(id, of: token, catalog: catalog)
        }.value
    }

    /// A server that gives the next answer, and closes the connection after one that ends early.
    private static func server(_ next: Locked<String>) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while connection.readRequest() != nil {
                let text = next.withLock { $0 }
                connection.write(text)
                if text.hasSuffix("{") { return }
            }
        }
    }

    @Test("Whatever became of a call, it reads as its first answer did")
    func sameAgain() async throws {
        let next = Locked("")
        let server = try Self.server(next)
        try await withStage(gateway: server.url()) { stage in
            for expected in Self.cases {
                next.withLock { $0 = expected.answer }
                let first = try await stage.call(expected.method, expected.body ?? Body.lease)
                #expect(try first.read()["outcome"]?.string == expected.outcome, "\(expected.name)")
                let again = try await again(first, stage)
                #expect(again.status == 200 && again[header: "Content-Type"] == "application/json")
                let (told, kept) = (
                    String(decoding: first.body, as: UTF8.self), String(decoding: again.body, as: UTF8.self)
                )
                #expect(told == kept, "\(expected.name)")
            }
        }
    }

    @Test("A call that was never sent reads as its first answer did")
    func neverSent() async throws {
        // Nobody listens there.
        try await withStage(gateway: "http://127.0.0.1:1/router/rest") { stage in
            let first = try await stage.call(Methods.lease)
            #expect(try first.read()["outcome"]?.string == "not_sent")
            #expect(try await again(first, stage).body == first.body)
        }
    }

    @Test(
        "Without the kept answer a call reads by its row: the result is absent, TOP's words are as far as they are kept"
    )
    func withoutAnswer() async throws {
        let next = Locked(answer(Answers.leaseSuccess))
        let server = try Self.server(next)
        try await withStage(gateway: server.url()) { stage in
            let good = try await stage.call(Methods.lease)
            next.withLock { $0 = answer(Answers.error(40, "isv.missing-parameter", subMessage: "no item")) }
            let bad = try await stage.call(Methods.lease)
            _ = try await stage.texts("DELETE FROM audit.responses")
            let success = try await again(good, stage).read()
            #expect(success.members.map(\.name) == ["id", "method", "outcome", "top_request_id"])
            let refusal = try await again(bad, stage).read()
            let first = try bad.read()
            #expect(refusal.members.map(\.name) == first.members.map(\.name))
            #expect(refusal["detail"]?.string == first["detail"]?.string)
            for name in ["code", "sub_code", "sub_msg", "request_id"] {
                #expect(refusal["top"]?[name]?.string == first["top"]?[name]?.string, "\(name)")
            }
        }
    }

    @Test("A call under way is open, and one that its replica left is unknown, with the members of that problem")
    func openAndLeft() async throws {
        let gate = Gate()
        let server = try ScriptedServer.holding(gate, Answers.leaseSuccess)
        try await withStage(gateway: server.url()) { stage in
            let running = try stage.start(Methods.lease)
            try await eventually { server.requests.count == 1 }
            let text = try #require(try await stage.texts("SELECT id FROM audit.intents")[0][0])
            let id = try #require(CallID(text))
            let open = try await again(id, stage).read()
            #expect(open.members.map(\.name) == ["id", "method", "outcome"])
            #expect(open["outcome"]?.string == "open" && open["id"]?.string == text)
            _ = try await stage.texts(
                """
                INSERT INTO audit.calls (id, at, source, finished_at, caller, app, method, outcome, status, message, duration_us, attempts,
                                         request_bytes, response_bytes)
                SELECT id, at, 0, now(), caller, app, method, 'unknown', 504, 'No result was left.', 1, 1, 0, 0 FROM audit.intents
                """)
            let left = try await again(id, stage).read()
            #expect(
                left.members.map(\.name) == [
                    "type", "title", "status", "detail", "id", "method", "outcome", "retryable",
                ])
            #expect(left["type"]?.string == "/problems/outcome-unknown" && left["retryable"]?.bool == false)
            #expect(left["detail"]?.string == "No result was left.")
            gate.open()
            #expect(await running.value.status == 200)
            #expect(try await again(id, stage).read()["outcome"]?.string == "success")
        }
    }
}
