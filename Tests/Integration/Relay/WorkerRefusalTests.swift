import EventLoop
import JSON
import Locks
import Postgres
import Problems
import RelayTestSupport
import TOP
import TestSupport
import Testing
import Time
import Vault

@testable import Relay

/// What a worker refuses before it sends anything.
@Suite struct WorkerRefusalTests {
    private func expect(_ reply: Reply, _ type: ProblemType, retryAfter: String? = "1") throws {
        let document = try reply.read()
        #expect(reply.status == type.status && document["type"]?.string == type.reference)
        #expect(reply[header: "Retry-After"] == retryAfter)
        #expect(document["outcome"] == nil && reply[header: "X-Request-Id"] != nil)
    }

    @Test("More calls at once than the limit are overloaded; nothing of them is recorded or sent")
    func moreCallsAtOnce() async throws {
        let gate = Gate()
        let server = try ScriptedServer.holding(gate, Answers.leaseSuccess)
        try await withStage(gateway: server.url(), { $0.callLimit = CallLimit(2) }) { stage in
            let running = try [stage.start(Methods.lease), stage.start(Methods.lease)]
            try await eventually { server.requests.count == 2 }
            #expect(await stage.worker.inFlight == 2)
            let refused = try await stage.call(Methods.lease)
            try expect(refused, .overloaded)
            #expect(try refused.read()["retryable"]?.bool == true)
            gate.open()
            for call in running { #expect(await call.value.status == 200) }
            #expect(try await stage.call(Methods.lease).status == 200)
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 3)
        }
        #expect(server.requests.count == 3)
    }

    @Test("The limit holds for all who share it, to the call")
    func sharedLimit() async {
        let limit = CallLimit(5)
        let most = Locked(0)
        let running = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 where limit.enter() {
                        let now = running.withLock {
                            $0 += 1; return $0
                        }
                        most.withLock { $0 = max($0, now) }
                        running.withLock { $0 -= 1 }
                        limit.leave()
                    }
                }
            }
        }
        #expect((1...5).contains(most.withLock { $0 }))
        #expect((0..<7).map { _ in limit.enter() } == [true, true, true, true, true, false, false])
        limit.leave()
        #expect(limit.enter() && !limit.enter())
    }

    @Test("A call that is cut off was sent: it is unknown, has its row, and its caller is told")
    func cutOff() async throws {
        let gate = Gate()
        let server = try ScriptedServer.holding(gate, Answers.leaseSuccess)
        try await withStage(gateway: server.url()) { stage in
            let running = try stage.start(Methods.lease)
            try await eventually { server.requests.count == 1 }
            await stage.worker.cutOff()
            let reply = await running.value
            let document = try reply.read()
            #expect(reply.status == 504 && document["type"]?.string == "/problems/outcome-unknown")
            #expect(document["outcome"]?.string == "unknown" && document["retryable"]?.bool == false)
            #expect(await stage.worker.inFlight == 0)
            #expect(await stage.worker.flush(within: .seconds(10)) == 0)
            let rows = try await stage.texts("SELECT id, outcome, source, status FROM audit.calls")
            #expect(rows == [[document["id"]?.string, "unknown", "1", "504"]])
            try expect(try await stage.call(Methods.lease), .draining)
            gate.open()
        }
        #expect(server.requests.count == 1)
    }

    /// Runs `body` while nobody can write an intent.
    private func whileIntentsAreLocked(
        _ stage: Stage, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let database = stage.database
        try await onLoop { loop in
            let connection = try await database.connect(loop)
            defer { connection.close() }
            try await connection.execute("BEGIN; LOCK TABLE audit.intents IN ACCESS EXCLUSIVE MODE")
            try await body()
        }
    }

    @Test("The wait for the intent is part of the call's time: at its end it is refused, and leaves a row")
    func slowIntent() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url(), { $0.callTimeout = .seconds(2) }) { stage in
            try await whileIntentsAreLocked(stage) {
                let reply = try await stage.call(Methods.lease)
                try expect(reply, .auditUnavailable)
                let detail = try reply.read()["detail"]?.string
                #expect(detail == "The call could not be recorded, so nothing was sent.")
                #expect(await stage.worker.flush(within: .seconds(10)) == 0)
                let rows = try await stage.texts("SELECT outcome, duration_us < 4000000 FROM audit.calls")
                #expect(rows == [["not_sent", "t"]])
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A call that waits for its intent when calls are cut off is refused, and nothing is sent")
    func cutOffBeforeIntent() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            try await whileIntentsAreLocked(stage) {
                let running = try stage.start(Methods.lease)
                try await eventually { await stage.worker.inFlight == 1 }
                await stage.worker.cutOff()
                try expect(await running.value, .auditUnavailable)
                #expect(await stage.worker.inFlight == 0)
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test("While it drains new calls are refused, and those under way end well")
    func whileItDrainsNew() async throws {
        let gate = Gate()
        let server = try ScriptedServer.holding(gate, Answers.leaseSuccess)
        try await withStage(gateway: server.url()) { stage in
            let running = try stage.start(Methods.lease)
            try await eventually { server.requests.count == 1 }
            await stage.worker.drain()
            try expect(try await stage.call(Methods.lease), .draining)
            gate.open()
            #expect(await running.value.status == 200)
            #expect(await stage.worker.inFlight == 0)
            #expect(await stage.worker.flush(within: .seconds(10)) == 0)
        }
    }

    @Test("Without PostgreSQL no call can be recorded, so none is sent")
    func auditUnavailable() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        let nowhere = try PostgresSettings(url: "postgresql://postgres@%2Fnonexistent/postgres")
        try await withStage(gateway: server.url(), trail: nowhere, isTrailReachable: false) { stage in
            let reply = try await stage.call(Methods.lease)
            try expect(reply, .auditUnavailable)
            let document = try reply.read()
            #expect(document["id"]?.string == reply[header: "X-Request-Id"] && document["retryable"]?.bool == true)
            // It is not in doubt: no row is owed.
            #expect(await stage.worker.flush(within: .zero) == 0)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("While the queue of outcomes has no room no call is taken")
    func fullQueue() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url(), outcomeRows: 0) { stage in
            try expect(try await stage.call(Methods.lease), .auditUnavailable, retryAfter: "5")
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 0)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("An intent whose commit stays in doubt is not sent; a row says so under the id of the answer")
    func inDoubt() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        let cluster = try await SharedCluster.cluster
        let proxy = try CuttingProxy(cluster: cluster)
        defer { proxy.remove() }
        let database = try await onLoop { try await TestDatabase.make(on: $0) }
        let throughProxy = try PostgresSettings(url: proxy.url(database: database.name))
        try await withStage(gateway: server.url(), trail: throughProxy, database: database) { stage in
            #expect(try await stage.call(Methods.lease).status == 200)
            proxy.set(.silence)
            let reply = try await stage.call(Methods.lease)
            try expect(reply, .auditUnavailable)
            let id = try #require(try reply.read()["id"]?.string)
            proxy.set(.forward)
            try await eventually {
                try await stage.number("SELECT count(*) FROM audit.calls WHERE id = '\(id)'") == 1
            }
            let rows = try await stage.texts(
                "SELECT outcome, status, attempts, retryable FROM audit.calls WHERE id = '\(id)'")
            #expect(rows == [["not_sent", "503", "0", "t"]])
            #expect(await stage.worker.flush(within: .seconds(20)) == 0)
            #expect(try await stage.number("SELECT count(*) FROM audit.calls WHERE id = '\(id)'") == 1)
        }
        #expect(server.requests.count == 1)
    }

    @Test("A commit that was cut off and then confirmed lets the call go, once")
    func confirmedDoubt() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        let proxy = try await CuttingProxy(cluster: SharedCluster.cluster)
        defer { proxy.remove() }
        let database = try await onLoop { try await TestDatabase.make(on: $0) }
        let throughProxy = try PostgresSettings(url: proxy.url(database: database.name))
        try await withStage(gateway: server.url(), trail: throughProxy, database: database) { (stage) async throws in
            #expect(try await stage.call(Methods.lease).status == 200)
            proxy.set(.cutNextAnswer)
            #expect(try await stage.call(Methods.lease).status == 200)
            #expect(proxy.cutCount == 1)
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 2)
            #expect(try await stage.number("SELECT count(*) FROM audit.calls WHERE outcome = 'success'") == 2)
        }
        #expect(server.requests.count == 2)
    }

    @Test("A vault that nobody has confirmed lately authorises nobody and sends nothing")
    func staleVault() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url(), isFresh: false) { stage in
            try expect(try await stage.call(Methods.lease), .auditUnavailable)
            let worker = stage.worker
            let authorization = Authorization(token: stage.token, scope: .relay, otherScope: nil, copyNumber: 1)
            let problem = await #expect(throws: Problem.self) {
                try await Task(executorPreference: worker.loop) {
                    try worker.authorizer.value.confirm(authorization)
                }.value
            }
            #expect(problem?.type == .auditUnavailable)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A method's ban is kept until it ends, told to other workers, and costs no row")
    func methodBanIsKept() async throws {
        let text = Answers.error(
            7, "accesscontrol.limited-by-api-access-count", subMessage: "This ban will last for 5 more seconds")
        let isFirst = Locked(true)
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                let bans = isFirst.withLock { first in
                    defer { first = false }
                    return first
                }
                connection.write(answer(bans ? text : Answers.leaseSuccess))
            }
        }
        try await withStage(gateway: server.url()) { stage in
            let start = WallClock.milliseconds()
            stage.clock.withLock { $0 = start }
            let banned = try await stage.call(Methods.lease)
            #expect(banned.status == 429 && banned[header: "Retry-After"] == "6")
            #expect(try banned.read()["outcome"]?.string == "throttled")
            let told = stage.toldBans.withLock { $0 }
            #expect(told.count == 1 && told[0].endsAt == start + 6000)
            #expect(told.first?.app == "main" && told.first?.method == Methods.lease)
            let refused = try await stage.call(Methods.lease)
            // However long ago its request arrived, the seconds count from the reply.
            let late = try await stage.call(Methods.lease) { $0.receivedAt -= 3_000_000_000 }
            try expect(late, .throttled, retryAfter: "6")
            try expect(refused, .throttled, retryAfter: "6")
            #expect(try refused.read()["method"]?.string == Methods.lease)
            #expect(server.requests.count == 1)
            // Another method of the app may go; this one too when the ban is over.
            #expect(try await stage.call(Methods.stock).status != 429)
            stage.clock.withLock { $0 = start + 6000 }
            #expect(try await stage.call(Methods.lease).status == 200)
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 3)
        }
    }

    @Test("An app's ban that another worker met holds here")
    func banFromElsewhere() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            let start = WallClock.milliseconds()
            stage.clock.withLock { $0 = start }
            await stage.worker.note(
                .banned(VaultBan(app: "main", method: nil, endsAt: start + 60_000, madeAt: start, code: nil)))
            try expect(try await stage.call(Methods.lease), .throttled, retryAfter: "60")
        }
        #expect(server.requests.isEmpty)
    }

    struct Refusal: Sendable {
        var name: String
        var type: ProblemType
        var method = Methods.lease
        var body: String?
        var change: @Sendable (inout CallRequest) -> Void = { _ in }
    }

    static let refusals = [
        Refusal(name: "no JSON", type: .malformedRequest, body: "item_id=1"),
        Refusal(name: "empty", type: .malformedRequest, body: ""),
        Refusal(name: "duplicate names", type: .malformedRequest, body: #"{"a":1,"a":2}"#),
        Refusal(name: "wrong shape", type: .invalidParameters, body: "[]"),
        Refusal(name: "missing fields", type: .invalidParameters, body: "{}"),
        Refusal(name: "no idempotency id", type: .invalidParameters, method: Methods.cards, body: "{}"),
        Refusal(name: "unknown app", type: .forbidden, change: { $0.app = "nobody" }),
        Refusal(name: "unknown seller", type: .sessionInvalid, change: { $0.seller = "nobody" }),
    ]

    @Test("What does not pass its checks is refused without outcome and row, and nothing is sent")
    func whatDoesNotPass() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            for refusal in Self.refusals {
                let reply = try await stage.call(refusal.method, refusal.body, refusal.change)
                try expect(reply, refusal.type, retryAfter: nil)
                if refusal.type == .invalidParameters {
                    #expect((try reply.read()["errors"]?.count ?? 0) > 0, "\(refusal.name)")
                }
                #expect(server.requests.isEmpty, "\(refusal.name)")
            }
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 0)
        }
    }

    @Test("A seller that is named for a method without session is not looked at")
    func sellerIsIgnored() async throws {
        let server = try ScriptedServer.answering(answer(#"{"test_stock_get_response":{"quantity":1}}"#))
        try await withStage(gateway: server.url()) { stage in
            let reply = try await stage.call(Methods.stock) { $0.seller = "nobody" }
            #expect(reply.status == 200)
            #expect(try await stage.texts("SELECT seller FROM audit.calls") == [[nil]])
        }
        #expect(!String(decoding: server.requests[0].body, as: UTF8.self).contains("session="))
    }

    @Test("Every problem of a call names its request id, given or derived, as soon as it can be told")
    func requestID() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        let given = #"{"param_batch_open_card_open_req":{"request_id":"r-9","brand_id":3}}"#
        try await withStage(gateway: server.url()) { stage in
            let key: @Sendable (inout CallRequest) -> Void = { $0.idempotencyKey = "k-1" }
            func id(_ body: String?, _ method: String = Methods.cards, _ change: (inout CallRequest) -> Void = { _ in })
                async throws -> String?
            {
                let reply = try await stage.call(method, body, change)
                #expect(reply.status >= 400)
                return try reply.read()["request_id"]?.string
            }
            let derived = try #require(try await id("{}", Methods.cards, key))
            #expect(derived.utf8.count == 32)
            #expect(
                try await id(#"{"param_batch_open_card_open_req":{"requestId":" "}}"#, Methods.cards, key) == derived)
            #expect(try await id("no JSON", Methods.cards, key) == derived)
            #expect(try await id(given, Methods.cards, key) == "r-9")
            #expect(try await id(#"{"param_batch_open_card_open_req":[{"requestId":"r-8"}]}"#) == "r-8")
            #expect(try await id("{}") == nil)
            #expect(try await id(#"{"param_batch_open_card_open_req":{"request_id":7}}"#, Methods.cards, key) == nil)
            #expect(try await id("{}", Methods.lease, key) == nil)
            #expect(try await id(given, Methods.cards) { $0.app = "nobody" } == "r-9")

            let start = WallClock.milliseconds()
            stage.clock.withLock { $0 = start }
            await stage.worker.note(
                .banned(VaultBan(app: "main", method: nil, endsAt: start + 60_000, madeAt: start, code: nil)))
            #expect(try await id(Body.cards) == "r-1")
            await stage.worker.drain()
            #expect(try await id(Body.cards) == "r-1")
            let body = #"{"param_batch_open_card_open_req":{"physical_card_ids":["6217000011112222"]}}"#
            #expect(try await id(body, Methods.cards, key) == derived)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("Faults beyond the list's end are counted in the detail")
    func manyFaults() async throws {
        let server = try ScriptedServer.answering(answer(Answers.leaseSuccess))
        try await withStage(gateway: server.url()) { stage in
            for (count, listed) in [(150, 150), (1000, 1000), (1001, 1000), (4000, 1000)] {
                let names = (0..<count).map { #""x\#($0)":1"# }.joined(separator: ",")
                let document = try await stage.call(Methods.stock, Body.stock.dropLast() + "," + names + "}").read()
                #expect(document["errors"]?.count == listed)
                let detail = try #require(document["detail"]?.string)
                #expect(detail.hasPrefix("\(count) parameters are invalid; nothing was sent."))
                #expect(detail.hasSuffix("The first 1000 are listed.") == (count > 1000))
                #expect(document["errors"]?.elements.allSatisfy { $0["pointer"]?.string?.isEmpty == false } == true)
            }
        }
    }
}
