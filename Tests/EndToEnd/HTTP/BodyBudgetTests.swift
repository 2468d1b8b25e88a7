import Foundation
import JSON
import TestSupport
import Testing

@Suite("The memory that bodies take", .bounded)
struct BodyBudgetTests {
    private func head(_ token: String?, length: Int) -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\n\(authorization)Content-Length: \(length)\r\n\r\n"
    }

    private func metric(_ name: String, of relay: RelayProcess) async throws -> Int? {
        try await relay.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    @Test("Bodies beyond the limit get 503 overloaded and are counted; room is given back")
    func bodiesBeyondLimitGet() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(["TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT": "100000"])
        defer { relay.child.kill() }
        let (port, token) = (relay.port, stage.tokens.caller)
        let slow = try await onThread {
            let slow = try RawClient(port: port)
            try slow.send(self.head(token, length: 90_000) + String(repeating: " ", count: 80_000))
            return slow
        }
        try await eventually("the bytes are counted") {
            try await metric("toprelay_body_bytes_in_flight", of: relay) == 80_000
        }
        let (surplus, single) = try await onThread {
            let surplus = try RawClient(port: port)
            try surplus.send(self.head(token, length: 30_000) + String(repeating: " ", count: 30_000))
            let single = try RawClient(port: port)
            try single.send(self.head(token, length: 100_001))
            return (try surplus.answer(), try single.answer())
        }
        for answer in [surplus, single] {
            #expect(answer.status == 503 && answer.problem == "overloaded", "\(answer)")
            #expect(answer["Retry-After"] == "1" && answer.json["retryable"]?.bool == true)
        }
        #expect(try await metric("toprelay_limit_hits_total{limit=\"body_bytes\"}", of: relay) == 2)
        let last = try await onThread {
            try slow.send(String(repeating: " ", count: 10_000))
            return try slow.answer()
        }
        #expect(last.status == 400, "\(last)")
        try await eventually("the bytes are given back") {
            try await metric("toprelay_body_bytes_in_flight", of: relay) == 0
        }
        let answer = try await relay.post(
            "/v1/crm/card-sales", String(repeating: " ", count: 90_000), token: token)
        #expect(answer.status == 400, "\(answer)")
    }

    @Test("Connections without a token hold no bodies", arguments: ["POST", "GET"])
    func withoutToken(method: String) async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay()
        defer { relay.child.kill() }
        let before = try relay.residentMegabytes()
        let (port, count) = (relay.port, 200)
        let path = method == "POST" ? "/v1/crm/card-sales" : "/docs"
        let head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n"
        let connections = try await onThread {
            let body = [UInt8](repeating: 0x20, count: 1_048_000)
            return try (0..<count).map { _ in
                let connection = try RawClient(port: port)
                try connection.send(head)
                // The relay drops what it reads, so the rest goes through or meets a closed connection.
                try? connection.send(body)
                return connection
            }
        }
        #expect(try await metric("toprelay_body_bytes_in_flight", of: relay) == 0)
        let grown = try relay.residentMegabytes() - before
        #expect(grown < 60, "\(connections.count) connections took \(grown) MB")
    }
}
