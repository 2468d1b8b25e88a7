import AdminAPI
import AuditAPI
import Credentials
import Crypto
import class EventLoop.EventLoop
import struct EventLoop.LoopBound
import Foundation
import Glibc
import HTTP1
import HTTPServer
import JSON
import Locks
import Logging
import Postgres
import Relay
import Telemetry
import TestSupport
import Testing
import Time
import Vault

@testable import Service

/// A whole replica over real sockets.
@Suite struct RelayServiceTests {
    private static let leasePath = "/v1/car-lease/zero-down-payments"
    private static let lease = """
        {"pre_end_time":"2019.06.20 12:00:00","pre_start_time":"2019.06.10 12:00:00","item_id":2321321,\
        "time_range_list":[{"amount":100,"endTime":"2019.06.17 12:00:00","startTime":"2019.06.17 10:00:00"}]}
        """
    private static let success = """
        {"tmall_car_lease_freedownpayment_put_response":{"result":{"success":true,"object":true},"request_id":"16fx"}}
        """

    private func serving(_ body: @escaping @Sendable (RunningService) async throws -> Void) async throws {
        let gateway = try ScriptedServer.answering(answer(Self.success))
        try await withService(gateway: gateway.url(), body)
    }

    @Test("A wrong path is 404, a wrong method 405 with Allow; each is a problem document")
    func pathsAndMethods() async throws {
        try await serving { (service) async throws in
            for path in ["/nothing", "/v1/top/no.such", "/v1/calls/7"] {
                let answer = try await service.request("GET", path)
                #expect(answer.status == 404 && answer.problem == "not-found", "\(path)")
            }
            for (method, path, allow) in [
                ("GET", Self.leasePath, "POST"), ("HEAD", Self.leasePath, "POST"), ("PUT", Self.leasePath, "POST"),
                ("POST", "/livez", "GET, HEAD"), ("DELETE", "/v1/audit/calls", "GET, HEAD"),
                ("OPTIONS", "/metrics", "GET, HEAD"),
            ] {
                let answer = try await service.request(method, path, body: method == "POST" ? "" : nil)
                #expect(answer.status == 405 && answer["allow"] == allow, "\(method) \(path)")
                #expect(method == "HEAD" || answer.problem == "method-not-allowed", "\(method) \(path)")
            }
        }
    }

    @Test("HEAD answers as GET would, without the body")
    func headAnswersAsGET() async throws {
        try await serving { (service) async throws in
            for path in ["/livez", "/readyz", "/openapi.json", "/nothing"] {
                let (get, head) = (try await service.request("GET", path), try await service.request("HEAD", path))
                #expect(head.status == get.status && head.body.isEmpty && !get.body.isEmpty, "\(path)")
                #expect(head["content-length"] == get["content-length"], "\(path)")
                #expect(head["content-type"] == get["content-type"], "\(path)")
            }
        }
    }

    @Test("What operators ask needs no token")
    func whatOperatorsAskNeeds() async throws {
        try await serving { (service) async throws in
            #expect(try await service.request("GET", "/livez").text == "alive\n")
            let ready = try await service.request("GET", "/readyz")
            #expect(ready.status == 200 && ready.json["status"]?.string == "ready")
            let metrics = try await service.request("GET", "/metrics")
            #expect(metrics["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("\ntoprelay_requests_total ") && metrics.text.hasSuffix("\n"))
            let description = try await service.request("GET", "/openapi.json")
            #expect(description.json["paths"]?[Self.leasePath] != nil)
        }
    }

    @Test("X-Request-Id comes back, on problems too; a call without one has its own id there")
    func requestID() async throws {
        try await serving { (service) async throws in
            let own = [("X-Request-Id", "client-1")]
            for (method, path) in [("GET", "/nothing"), ("GET", "/livez"), ("POST", Self.leasePath)] {
                let answer = try await service.request(method, path, own, body: method == "POST" ? "{}" : nil)
                #expect(answer["x-request-id"] == "client-1", "\(path)")
            }
            let call = try await service.request(
                "POST", Self.leasePath, token: service.tokens.shop, body: Self.lease)
            #expect(call["x-request-id"] == (call.json["id"]?.string))
            let bad = try await service.request(
                "POST", Self.leasePath, token: service.tokens.shop, [("X-Request-Id", "a b")], body: Self.lease)
            #expect(bad.status == 400 && bad.problem == "malformed-request")
            #expect(bad["x-request-id"]?.utf8.count == 36)
            let health = try await service.request("GET", "/livez", [("X-Request-Id", "a b")])
            #expect(health.status == 200 && health["x-request-id"]?.utf8.count == 36)
        }
    }

    @Test("A call can be read again by its caller and by auditors, and by nobody else")
    func readingACall() async throws {
        try await serving { (service) async throws in
            let tokens = service.tokens
            let call = try await service.request(
                "POST", Self.leasePath, token: tokens.shop,
                [("Content-Type", "application/json"), ("Top-Ref", "PO-1, PO-2")], body: Self.lease)
            let document = call.json
            let id = try #require(document["id"]?.string)
            #expect(call.status == 200 && document["outcome"]?.string == "success")

            let again = try await service.request("GET", "/v1/calls/\(id)", token: tokens.shop)
            #expect(again.status == 200 && again.json["outcome"]?.string == "success")
            #expect(again.json["result"]?["result"]?["object"]?.bool == true)
            for (path, token, status) in [
                ("/v1/calls/\(id)", tokens.crm, 404), ("/v1/calls/\(id)", tokens.auditor, 403),
                ("/v1/calls/\(id)", nil, 401), ("/v1/audit/calls/\(id)", tokens.shop, 403),
                ("/v1/audit/calls", tokens.shop, 403), ("/v1/audit/calls", nil, 401),
                ("/v1/audit/calls/017f22e2-79b0-7cc3-98c4-dc0c0c07398f", tokens.auditor, 404),
            ] as [(String, String?, Int)] {
                let answer = try await service.request("GET", path, token: token)
                #expect(answer.status == status && answer.problem != nil, "\(path)")
                #expect((answer["www-authenticate"] != nil) == (status == 401))
            }

            let audited = try await service.request(
                "GET", "/v1/audit/calls/\(id)?include=request,response", token: tokens.auditor)
            #expect(audited.status == 200)
            #expect(audited.json["response"]?.string == Self.success)
            #expect(audited.json["request"]?.string?.contains("2321321") == true)
            #expect(audited.json["refs"]?.elements.map { $0.string ?? "" } == ["PO-1", "PO-2"])
        }
    }

    @Test("A client that hangs up does not end its call: it is recorded as it ended")
    func clientHangsUp() async throws {
        let isAnswered = Locked(false)
        let gateway = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                for _ in 0..<4000 where !isAnswered.withLock({ $0 }) { usleep(5000) }
                connection.write(answer(Self.success))
            }
        }
        try await withService(gateway: gateway.url()) { (service) async throws in
            let client = try RawClient(port: service.port)
            try client.send(
                "POST \(Self.leasePath) HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer \(service.tokens.shop)\r\n"
                    + "Content-Length: \(Self.lease.utf8.count)\r\n\r\n\(Self.lease)")
            try await onLoop { loop in
                try await until(loop) { gateway.requests.count == 1 }
                client.reset()
                isAnswered.withLock { $0 = true }
                try await until(loop) {
                    let rows = try await service.database.rows("SELECT outcome FROM audit.calls", [], loop)
                    return rows.map { $0[0].text } == ["success"]
                }
            }
        }
    }

    @Test("The list is filtered, and paged by its own cursors")
    func listIsFiltered() async throws {
        try await serving { (service) async throws in
            var ids: [String?] = []
            for _ in 0..<3 {
                let call = try await service.request(
                    "POST", Self.leasePath, token: service.tokens.shop, body: Self.lease)
                ids.insert(call.json["id"]?.string, at: 0)
            }
            func list(_ query: String) async throws -> JSONValue {
                let answer = try await service.request(
                    "GET", "/v1/audit/calls?\(query)", token: service.tokens.auditor)
                #expect(answer.status == 200, "\(query): \(answer.text)")
                return answer.json
            }
            func found(_ list: JSONValue) -> [String?] { list["data"]?.elements.map { $0["id"]?.string } ?? [] }
            let first = try await list("limit=2&outcome=success&method=tmall.*&caller=shop&app=main&seller=east")
            #expect(found(first) == Array(ids[..<2]) && first["pagination"]?["limit"]?.lexeme == "2")
            #expect(first["pagination"]?["prev"]?.isNull == true)
            let next = try #require(first["pagination"]?["next"]?.string)
            let second = try await list("limit=2&cursor=\(next)")
            #expect(found(second) == [ids[2]] && second["pagination"]?["next"]?.isNull == true)
            let back = try await list("limit=2&cursor=\(try #require(second["pagination"]?["prev"]?.string))")
            #expect(found(back) == Array(ids[..<2]))
            #expect(found(try await list("outcome=open")).isEmpty)
            // In UTC the second one lies in the year 0, which PostgreSQL's calendar does not have.
            for from in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00%2B08:00"] {
                #expect(found(try await list("from=\(from)")).count == 3, "\(from)")
                #expect(found(try await list("to=\(from)")).isEmpty, "\(from)")
            }
            #expect(found(try await list("from=9999-12-31T23:59:59Z")).isEmpty)
        }
    }

    @Test("A bad query, header or body is refused for what it is")
    func badQuery() async throws {
        try await serving { (service) async throws in
            let tokens = service.tokens
            for query in ["limit=0", "nothing=1", "from=x", "limit=1&limit=2", "include=all", "app=%ff"] {
                let answer = try await service.request("GET", "/v1/audit/calls?\(query)", token: tokens.auditor)
                #expect(answer.status == 400 && answer.problem == "malformed-request", "\(query)")
            }
            let cases: [(fields: [(String, String)], body: String, status: Int)] = [
                ([("Content-Type", "text/plain")], Self.lease, 415), ([("Content-Encoding", "gzip")], Self.lease, 415),
                ([], "", 400), ([], "{", 400), ([], "{}", 422), ([("Top-Dry-Run", "maybe")], Self.lease, 400),
                ([("Idempotency-Key", "a b")], Self.lease, 400), ([("Idempotency-Key", "")], Self.lease, 400),
                ([("Top-App", "x"), ("Top-App", "y")], Self.lease, 400),
                ([("Top-Ref", String(repeating: "x", count: 129))], Self.lease, 400),
                ([("Top-App", "x")], Self.lease, 403),
                ([("Top-Seller", "x")], Self.lease, 424),
            ]
            for (fields, body, status) in cases {
                let answer = try await service.request("POST", Self.leasePath, token: tokens.shop, fields, body: body)
                #expect(answer.status == status && answer.problem != nil, "\(fields) \(status)")
                #expect(answer.json["outcome"] == nil, "\(fields)")
            }
            let query = try await service.request("POST", Self.leasePath + "?a=1", token: tokens.shop, body: Self.lease)
            #expect(query.status == 400)
            let large = String(repeating: " ", count: RelayResponder.standardBodyLimit + 1)
            let tooLarge = try await service.request("POST", Self.leasePath, token: tokens.shop, body: large)
            #expect(tooLarge.status == 413 && tooLarge.problem == "payload-too-large")
            let none = try await onLoop { loop in
                try await service.database.rows("SELECT count(*) FROM audit.intents", [], loop)[0][0].integer
            }
            #expect(none == 0)
        }
    }

    @Test("A body may be as long as the entry allows, and 1 MiB where it says nothing")
    func bodyLimits() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "catalog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "method: tmall.car.lease.freedownpayment.put\npath: \(Self.leasePath)\nmax_body_bytes: 4194304\n".write(
            to: folder.appending(path: "tmall.car.lease.freedownpayment.put.overlay.yaml"), atomically: false,
            encoding: .utf8)
        let catalog = try CatalogHolder(folder: folder.path)
        func limit(_ path: String) -> Int {
            RelayResponder.bodyLimit(of: try? OperationTable().find(path, in: catalog.current), method: "POST")
        }
        #expect(limit(Self.leasePath) == 4 << 20)
        #expect(limit("/v1/top/tmall.car.lease.freedownpayment.put") == 4 << 20)
        #expect(limit("/v1/top/tmall.aliauto.carprofile.sync") == 1 << 20)
        #expect(limit("/nowhere") == 1 << 20)
    }

    @Test("A call is made and answered on the loop that its request arrived on")
    func callIsMadeAndAnswered() async throws {
        let gateway = try ScriptedServer.answering(answer(Self.success))
        let key = SecureRandom.bytes(32)
        let (database, tokens) = try await onLoop { loop in
            let database = try await TestDatabase.make(on: loop)
            return (database, try await fillVault(database, key: key, on: loop))
        }
        let freshness = VaultFreshness()
        freshness.confirm(at: EventLoop.now())
        let settings = try testSettings(database, gateway: gateway.url(), key: key)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let workers = try await WorkerGroup(
            settings: settings, freshness: freshness, logger: logger, renew: { _ in nil })
        workers.install(
            try await onLoop { loop in
                try await VaultReader.load(on: try await database.connect(loop), key: settings.masterKey)
            })
        let catalog = try CatalogHolder(folder: nil)
        let responder = RelayResponder(
            catalog: catalog, workers: workers.all,
            state: ReplicaState(
                readiness: Readiness(freshness: freshness, catalog: catalog), registry: PrometheusRegistry()),
            exporter: AuditExporter(
                settings: settings.database, loop: workers.all[0].loop, logger: logger, isDraining: { false },
                now: WallClock.milliseconds),
            authority: try SessionAuthority(
                settings: settings.makeSessionAuthority(), loop: workers.all[0].loop, logger: logger),
            admin: AdminHandlers(
                vault: LoopBound(
                    VaultPool(settings: settings.database, key: settings.masterKey, loop: workers.all[0].loop),
                    loop: workers.all[0].loop),
                logger: logger, catalogState: { catalog.state }, now: WallClock.milliseconds),
            masterKey: settings.masterKey, logger: logger)
        var repliedOn: [Int?] = []
        for index in [0, 1, 0, 1] {
            var request = ServerRequest(
                method: "POST", path: Self.leasePath, headers: ["Authorization": "Bearer \(tokens.shop)"])
            request.loopIndex = index
            let head = request
            let decision = await workers.all[index].loop.run { responder.decide(on: head, bodyLength: nil) }
            guard case .proceed(let plan) = decision else {
                Issue.record("the head was refused")
                break
            }
            request.context = plan.context
            request.body = Array(Self.lease.utf8)
            let whole = request
            let (status, worker) = await withCheckedContinuation { continuation in
                workers.all[index].loop.execute {
                    responder.respond(to: whole) { response in
                        let worker = workers.all.firstIndex { $0.loop.isOnLoop }
                        continuation.resume(returning: (response.status, worker))
                    }
                }
            }
            #expect(status == 200)
            repliedOn.append(worker)
        }
        #expect(repliedOn == [0, 1, 0, 1])
        #expect(await workers.flush(within: .seconds(10)) == 0)
        await workers.close()
    }
}
