import Audit
import Catalog
import EventLoop
import Foundation
import JSON
import Locks
import Logging
import Postgres
import Problems
import RelayTestSupport
import Sandbox
import TOP
import TestSupport
import Testing

@testable import Relay

/// One worker with real parts: PostgreSQL, libcurl, and the sandbox or a scripted server as the gateway.
@Suite struct WorkerCallTests {
    /// Runs `body` with the sandbox as the gateway.
    private func withSandbox(
        _ change: (inout WorkerSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (Stage, SandboxServer) async throws -> Void
    ) async throws {
        let app = SandboxApp(key: "4272", secret: Snapshot.secret, sessions: [Snapshot.sessionKey])
        let sandbox = SandboxServer(
            configuration: SandboxConfiguration(apps: [app], catalog: try Methods.catalog.get()),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let port = try await sandbox.start()
        let result = await Result {
            try await withStage(gateway: "http://127.0.0.1:\(port)/router/rest", change) { stage in
                try await body(stage, sandbox)
            }
        }
        await sandbox.stop()
        try result.get()
    }

    @Test(
        "Each method of the catalog goes through, signed so that the sandbox accepts it", arguments: SignMethod.allCases
    )
    func eachMethodOfCatalog(_ method: SignMethod) async throws {
        try await withSandbox { stage, sandbox in
            await stage.worker.install(Snapshot.signing(by: method))
            for entry in try Methods.catalog.get().entries {
                let reply = try await stage.call(entry.method)
                #expect(reply.status == 200, "\(entry.method): \(String(decoding: reply.body, as: UTF8.self))")
            }
            let calls = await sandbox.calls()
            #expect(calls.count == (try Methods.catalog.get().entries.count))
            #expect(calls.allSatisfy { $0.errorCode == nil })
        }
    }

    @Test("A good call's reply has id, outcome, TOP's id and result; its row says the same")
    func goodCall() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            let reply = try await stage.call(Methods.lease, Body.lease) { $0.refs = ["PO-1"] }
            let document = try reply.read()
            #expect(document.members.map(\.name) == ["id", "method", "outcome", "top_request_id", "result"])
            let id = try #require(document["id"]?.string)
            #expect(reply.status == 200 && reply[header: "X-Request-Id"] == id)
            #expect(document["outcome"]?.string == "success" && document["top_request_id"]?.string == "16fx")
            #expect(document["result"]?["result"]?["object"]?.bool == true)
            let timing = try #require(reply[header: "Server-Timing"])
            #expect(timing.wholeMatch(of: /audit;dur=\d+\.\d{3}, top;dur=\d+\.\d{3}, total;dur=\d+\.\d{3}/) != nil)
            let form = try #require(server.requests.first?.body)
            let rows = try await stage.texts(
                """
                SELECT c.id, outcome, status, attempts, request_bytes, response_bytes, response, array_to_json(c.refs),
                       replica, i.caller, i.app, i.seller, c.key_version, i.deadline - i.at, i.request::json->>'item_id'
                FROM audit.calls c JOIN audit.intents i USING (id) JOIN audit.responses USING (id)
                """)
            #expect(
                rows == [
                    [
                        id, "success", "200", "1", "\(form.count)", "\(Answers.leaseSuccess.utf8.count)",
                        Answers.leaseSuccess, #"["PO-1"]"#, "test:1", "shop", "main", "east", "1", "00:00:20",
                        "9007199254740993",
                    ]
                ])
            #expect(try await stage.number("SELECT cardinality(keys) FROM audit.calls") >= 1)
        }
    }

    @Test("The intent can be seen by others before the first byte reaches the gateway, and no outcome yet")
    func intentFirst() async throws {
        let database = try await onLoop { try await TestDatabase.make(on: $0) }
        let seen = Locked<[String]>([])
        let file = try Watchdog.shared.makeFolder("psql") + "/rows"
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                // The head has just arrived: nobody has answered.
                let query = "SELECT count(*), (SELECT count(*) FROM audit.calls) FROM audit.intents"
                let psql = try? Child(
                    [PostgresCluster.programs + "/psql", "-XAt", "-c", query, "-o", file, database.url])
                while psql?.isRunning == true { usleep(2000) }
                seen.withLock { $0.append(Command.read(file)) }
                connection.write(answer(Answers.leaseSuccess))
            }
        }
        try await withStage(gateway: server.url(), database: database) { (stage) async throws in
            for number in 1...3 {
                #expect(try await stage.call(Methods.lease).status == 200)
                #expect(seen.withLock { $0.last } == "\(number)|\(number - 1)\n")
                // And the outcome can be seen when the reply is there.
                #expect(try await stage.number("SELECT count(*) FROM audit.calls") == number)
            }
        }
    }

    @Test("Checking, signing, sending, judging and replying all happen on the worker's own thread")
    func checkingSigningSendingJudging() async throws {
        let server = try ScriptedServer.answering(
            answer(
                Answers.error(7, "accesscontrol.limited-by-api", subMessage: "This ban will last for 5 more seconds")))
        try await withStage(gateway: server.url()) { stage in
            let (loop, worker, token) = (stage.loop, stage.worker, stage.token)
            let entry = try Methods.entry(Methods.lease)
            let replied = await Task(executorPreference: loop) {
                _ = await worker.call(
                    CallRequest(
                        entry: entry, body: Array(Body.lease.utf8), app: nil, seller: nil, refs: [],
                        idempotencyKey: nil, clientRequestID: nil, traceID: nil, isDryRun: false,
                        receivedAt: EventLoop.now()), by: token)
                return loop.isOnLoop
            }.value
            #expect(replied)
            // The clock is asked when a call is checked, signed, judged (a ban is noted) and recorded; libcurl and the
            // writers trap off the loop's thread by themselves.
            let asked = stage.askedOnLoop.withLock { $0 }
            #expect(asked.count >= 4 && asked.allSatisfy { $0 })
        }
    }

    @Test("What a reader wrote as X-Request-Id comes back, and is in both rows")
    func clientRequestID() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            let reply = try await stage.call(Methods.lease) { $0.clientRequestID = "client-7" }
            #expect(reply[header: "X-Request-Id"] == "client-7")
            let rows = try await stage.texts(
                "SELECT c.client_request_id, i.client_request_id FROM audit.calls c JOIN audit.intents i USING (id)")
            #expect(rows == [["client-7", "client-7"]])
        }
    }

    @Test("A caller that goes away does not end its call: it is sent, and its outcome is recorded")
    func callerGoesAway() async throws {
        let gate = Gate()
        let server = try ScriptedServer.holding(gate, Answers.leaseSuccess)
        try await withStage(gateway: server.url()) { stage in
            let call = try stage.start(Methods.lease)
            try await eventually { server.requests.count == 1 }
            call.cancel()
            gate.open()
            #expect(await call.value.status == 200)
            #expect(try await stage.texts("SELECT outcome FROM audit.calls") == [["success"]])
        }
    }

    @Test("Where nobody listens the call is not sent, and its row says so")
    func notSent() async throws {
        let listener = try ScriptedServer.listen(backlog: 1)
        let port = ScriptedServer.port(of: listener)
        close(listener)
        try await withStage(gateway: "http://127.0.0.1:\(port)/") { stage in
            let reply = try await stage.call(Methods.lease)
            let document = try reply.read()
            #expect(reply.status == 502 && document["outcome"]?.string == "not_sent")
            #expect(document["type"]?.string == "/problems/top-unreachable" && document["retryable"]?.bool == true)
            #expect(reply[header: "Server-Timing"]?.contains("top;") == false)
            let rows = try await stage.texts("SELECT outcome, attempts, top_us, code FROM audit.calls")
            #expect(rows == [["not_sent", "0", nil, "curl-7"]])
        }
    }

    @Test("A gateway that never answers: unknown when the call's time is over")
    func gatewayThatNeverAnswers() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.waitForEnd() }
        }
        try await withStage(gateway: server.url(), { $0.callTimeout = .milliseconds(400) }) { stage in
            let reply = try await stage.call(Methods.lease)
            let document = try reply.read()
            #expect(reply.status == 504 && document["outcome"]?.string == "unknown")
            #expect(document["retryable"]?.bool == false && document["id"]?.string != nil)
            #expect(try await stage.texts("SELECT outcome, attempts FROM audit.calls") == [["unknown", "1"]])
        }
        #expect(server.requests.count == 1)
    }

    @Test("A dry run shows what would be sent, at GMT+8's time, and sends and records nothing")
    func dryRun() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            // 2026-02-01 00:00:00 at GMT+8.
            let instant: Int64 = 1_769_875_200_000
            stage.clock.withLock { $0 = instant + 100 }
            let reply = try await stage.call(Methods.lease, Body.lease) { $0.isDryRun = true }
            let document = try reply.read()
            #expect(reply.status == 200 && document["dry_run"]?.bool == true)
            #expect(document["parameters"]?["timestamp"]?.string == "2026-02-01 00:00:00")
            #expect(document["parameters"]?["session"]?.string == "***")
            #expect(document["parameters"]?["item_id"]?.string == "9007199254740993")
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(!text.contains(Snapshot.secret) && !text.contains(Snapshot.sessionKey))
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 0)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("The same Idempotency-Key gives the same request id; it goes out and comes back")
    func sameIdempotencyKeyGives() async throws {
        try await withSandbox { stage, sandbox in
            let body = """
                {"param_batch_open_card_open_req":{"physical_card_ids":["111"],"brand_id":"3","shop_id":"4",\
                "operator_id":"2312332"}}
                """
            var ids: [String?] = []
            for key in ["k1", "k1", "k2"] {
                let reply = try await stage.call(Methods.cards, body) { $0.idempotencyKey = key }
                ids.append(try reply.read()["request_id"]?.string)
            }
            #expect(ids[0] != nil && ids[0] == ids[1] && ids[0] != ids[2])
            let sent = await sandbox.calls().map { $0.parameters.first { $0.name.hasPrefix("param_") }?.value ?? "" }
            // The second call is a replay of the first.
            #expect(sent.count == 2 && sent[0].contains(ids[0] ?? "?") && sent[1].contains(ids[2] ?? "?"))
            let rows = try await stage.texts("SELECT request_id FROM audit.calls ORDER BY id")
            #expect(rows.map { $0[0] } == [ids[0], ids[2]])
        }
    }

    @Test("The session key and the secret are not in the trail, though TOP repeats them")
    func sessionKeyAndSecret() async throws {
        let echo = Answers.error(15, "isv.x", message: "session \(Snapshot.sessionKey), secret \(Snapshot.secret)")
        let server = try ScriptedServer.answering(answer(echo))
        try await withStage(gateway: server.url()) { stage in
            let reply = try await stage.call(Methods.lease)
            #expect(reply.status == 422)
            let rows = try await stage.texts(
                "SELECT i.*::text, c.*::text, r.*::text FROM audit.intents i, audit.calls c, audit.responses r")
            for text in rows.flatMap({ $0 }) + [String(decoding: reply.body, as: UTF8.self)] {
                #expect(text?.contains(Snapshot.secret) == false && text?.contains(Snapshot.sessionKey) == false)
            }
        }
    }
}
