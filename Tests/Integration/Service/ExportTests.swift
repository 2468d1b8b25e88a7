import JSON
import Postgres
import TestSupport
import Testing

@testable import Service

/// The export over HTTP: sad paths first.
@Suite struct ExportTests {
    private static let path = "/v1/audit/export"

    /// A replica over a trail with a number of calls of two kilobytes each.
    private func withCalls(
        _ count: Int, _ body: @escaping @Sendable (RunningService) async throws -> Void
    ) async throws {
        let gateway = try ScriptedServer.answering("")
        try await withService(gateway: gateway.url()) { service in
            try await service.execute(ManyCalls.statement(count: count, hours: 2, messageBytes: 2000))
            try await body(service)
        }
    }

    /// A client that asks and does not read.
    private func asking(_ service: RunningService, _ query: String = "") throws -> RawClient {
        let client = try RawClient(port: service.port, receiveBuffer: 4096)
        try client.send(
            """
            GET \(Self.path)\(query) HTTP/1.1\r
            Host: h\r
            Authorization: Bearer \(service.tokens.auditor)\r
            \r

            """)
        return client
    }

    @Test(
        "What cannot be exported is refused with a problem that names it",
        arguments: [
            ("format=xml", "format"), ("limit=0", "limit"), ("limit=x", "limit"), ("cursor=o1", "cursor"),
            ("include=secrets", "include"), ("order=best", "order"), ("from=yesterday", "from"), ("key=x", "key"),
        ])
    func whatCannotBeExported(_ query: String, _ name: String) async throws {
        try await withCalls(1) { service in
            let answer = try await service.request("GET", Self.path + "?" + query, token: service.tokens.auditor)
            #expect(answer.status == 400 && answer.problem == "malformed-request")
            #expect(answer.text.contains(name))
        }
    }

    @Test("The token needs the scope, the path takes GET alone, and HEAD gets the headers")
    func tokenNeedsScope() async throws {
        try await withCalls(1) { service in
            #expect(try await service.request("GET", Self.path).status == 401)
            #expect(try await service.request("GET", Self.path, token: service.tokens.shop).problem == "forbidden")
            #expect(try await service.request("POST", Self.path, token: service.tokens.auditor).status == 405)
            let head = try await service.request("HEAD", Self.path + "?format=csv", token: service.tokens.auditor)
            #expect(head.status == 200 && head["content-type"] == "text/csv; charset=utf-8; header=present")
        }
    }

    @Test("A fault before the first byte is a problem; one in the middle cuts the connection")
    func faultBeforeFirstByte() async throws {
        try await withCalls(8000) { service in
            let client = try asking(service)
            #expect(try client.hasBegun())
            try await service.execute("ALTER TABLE audit.calls RENAME TO gone")
            #expect(throws: RawClient.Failure.self) { try client.answer() }
            let answer = try await service.request("GET", Self.path, token: service.tokens.auditor)
            #expect(answer.status == 503 && answer.problem == "audit-unavailable")
            #expect(answer["retry-after"] == "1")
            try await service.execute("ALTER TABLE audit.gone RENAME TO calls")
            #expect(try await service.request("GET", Self.path, token: service.tokens.auditor).status == 200)
        }
    }

    @Test("Two at once in a replica; more are told to wait, lists go on, and a client that disappears frees its place")
    func twoAtOnceInReplica() async throws {
        try await withCalls(8000) { service in
            var clients = [try asking(service), try asking(service, "?format=csv")]
            for client in clients { #expect(try client.hasBegun()) }
            let third = try await service.request("GET", Self.path, token: service.tokens.auditor)
            #expect(third.status == 503 && third.problem == "overloaded" && third["retry-after"] == "10")
            for _ in 0..<2 {
                let list = try await service.request("GET", "/v1/audit/calls", token: service.tokens.auditor)
                #expect(list.status == 200)
            }
            clients.removeFirst().reset()
            #expect(
                try await eventually {
                    try await service.request("GET", Self.path + "?limit=1", token: service.tokens.auditor).status
                        == 200
                })
            // The other one has missed nothing meanwhile.
            let rest = try clients.removeFirst().answer()
            #expect(rest.text.split(separator: "\r\n").count == 8001)
        }
    }

    @Test("Every call comes once, as the list gives it, and a limit ends the file")
    func everyCallComesOnce() async throws {
        try await withCalls(1200) { service in
            let auditor = service.tokens.auditor
            let list = try await service.request("GET", "/v1/audit/calls?limit=1000&outcome=success", token: auditor)
            let all = try await service.request("GET", Self.path + "?outcome=success", token: auditor)
            #expect(all["content-type"] == "application/x-ndjson")
            let name = all["content-disposition"] ?? ""
            #expect(name.hasPrefix("attachment; filename=\"toprelay-calls-20") && name.hasSuffix("Z.ndjson\""))
            let lines = all.text.split(separator: "\n").map(String.init)
            #expect(lines.count == 1080)
            let listed = list.json["data"]?.elements.map { $0 } ?? []
            #expect(listed.count == 1000)
            #expect(list.text.hasPrefix("{\"data\":[" + lines.prefix(1000).joined(separator: ",") + "]"))
            let oldest = try await service.request("GET", Self.path + "?order=oldest&limit=700", token: auditor)
            let ids = try oldest.text.split(separator: "\n").compactMap {
                try JSONDocument(Array($0.utf8)).root["id"]?.string
            }
            #expect(ids.count == 700 && ids == ids.sorted() && Set(ids).count == 700)
            let own = try await service.request(
                "GET", Self.path + "?limit=1", token: auditor, [("X-Request-Id", "mine")])
            #expect(own["x-request-id"] == "mine")
        }
    }

    /// Whether something comes true within 10 s.
    private func eventually(_ isTrue: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if try await isTrue() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}

extension RunningService {
    /// Runs a statement on the service's database.
    func execute(_ sql: String) async throws {
        let database = database
        try await onLoop { loop in
            try await database.withConnection(loop) { try await $0.execute(sql) }
        }
    }
}
