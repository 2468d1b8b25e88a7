import Foundation
import JSON
import TestSupport
import Testing

@Suite("HTTP at its edges", .bounded)
struct HTTPEdgeTests {
    private func request(_ example: Example, _ token: String, more: [(name: String, value: String)] = [])
        -> HTTPRequest
    {
        var request = HTTPRequest(method: "POST", path: example.path, body: Array(example.body.utf8))
        request.headers = [("Authorization", "Bearer \(token)"), ("Content-Type", "application/json")] + more
        return request
    }

    @Test("Pipelined requests are answered in their order, each done once")
    func pipelinedRequestsAreAnswered() async throws {
        let stage = try await Stage.shared
        let examples = (0..<5).map { _ in Example.rental() }
        let requests = examples.enumerated().map { index, example in
            request(example, stage.tokens.caller, more: [("X-Request-Id", "p\(index)")])
        }
        let port = stage.relay.port
        let answers = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(requests.flatMap(\.bytes))
            return try requests.map { _ in try connection.answer() }
        }
        #expect(answers.map { $0["X-Request-Id"] } == (0..<5).map { "p\($0)" })
        #expect(answers.allSatisfy { $0.status == 200 })
        for example in examples { #expect(stage.gateway.calls(with: example.marker).count == 1) }
    }

    @Test("A connection stays open over every kind of refusal")
    func keepAlive() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        let good = request(.rental(), token)
        var noJSON = good
        noJSON.body = Array("{".utf8)
        let requests = [
            good, noJSON, request(.rental(), "trk_wrong"), HTTPRequest(path: "/nothing"),
            HTTPRequest(method: "POST", path: "/livez", body: [1, 2, 3]), HTTPRequest(path: "/livez"), good,
        ]
        let answers = try await onThread {
            let connection = try RawClient(port: port)
            return try requests.map { try connection.exchange($0) }
        }
        #expect(answers.map(\.status) == [200, 400, 401, 404, 405, 200, 200])
    }

    @Test("Expect: 100-continue is answered, and any other expectation refused")
    func expect100ContinueIsAnswered() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        let whole = request(.rental(), token, more: [("Expect", "100-continue")])
        let other = request(.rental(), token, more: [("Expect", "miracles")])
        let (interim, final, refused) = try await onThread {
            let connection = try RawClient(port: port)
            let bytes = whole.bytes
            try connection.send(Array(bytes.prefix(bytes.count - whole.body.count)))
            let interim = try connection.answer()
            try connection.send(whole.body)
            let final = try connection.answer()
            return (interim, final, try RawClient(port: port).exchange(other))
        }
        #expect(interim.status == 100)
        #expect(final.status == 200)
        #expect(refused.problem == "expectation-failed")
        #expect(refused.status == 417)
    }

    @Test("HEAD has the headers of GET and no body")
    func headHasHeadersOfGET() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.auditor)
        for path in ["/livez", "/readyz", "/openapi.json", "/v1/audit/calls?limit=1&method=none"] {
            let headers = [(name: "Authorization", value: "Bearer \(token)")]
            let (head, get) = try await onThread {
                let connection = try RawClient(port: port)
                let head = try connection.exchange(HTTPRequest(method: "HEAD", path: path, headers: headers))
                return (head, try connection.exchange(HTTPRequest(path: path, headers: headers)))
            }
            #expect(head.status == 200 && get.status == 200)
            #expect(head.body.isEmpty)
            #expect(head["Content-Length"] == "\(get.body.count)")
        }
    }

    @Test("A body of 2 MB is refused with a whole answer, also when it is sent in pieces or its length lies")
    func largeBody() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        var large = request(.rental(), token)
        large.body = [UInt8](repeating: 0x20, count: 2_000_000)
        let tooLarge = large
        let chunked =
            Array(
                "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n".utf8)
            + Array("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        let (first, second) = try await onThread {
            let first = try RawClient(port: port).exchange(tooLarge)
            let connection = try RawClient(port: port)
            try connection.send(chunked)
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 65536) + [13, 10]
            for _ in 0..<32 { try connection.send(chunk) }
            try connection.send("0\r\n\r\n")
            return (first, try connection.answer())
        }
        #expect(first.problem == "payload-too-large")
        #expect(second.problem == "payload-too-large")
    }

    @Test("A body in chunks is taken as any other")
    func bodyInChunksIsTaken() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        let example = Example.rental()
        let answer = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send("POST \(example.path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n")
            try connection.send("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            var rest = Array(example.body.utf8)[...]
            while let piece = Optional(rest.prefix(7)), !piece.isEmpty {
                try connection.send("\(String(piece.count, radix: 16))\r\n")
                try connection.send(Array(piece) + [13, 10])
                rest = rest.dropFirst(7)
            }
            try connection.send("0\r\n\r\n")
            return try connection.answer()
        }
        #expect(answer.status == 200)
        #expect(stage.gateway.calls(with: example.marker).first?.business == example.expected)
    }

    static let hostile: [(name: String, bytes: String)] = [
        ("no HTTP at all", "\u{16}\u{03}\u{01}\r\n\r\n"),
        (
            "two lengths",
            "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
        ),
        (
            "a length and chunks",
            "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        ("a length that is none", "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"),
        ("a folded header", "GET /livez HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
        ("a blank before the colon", "GET /livez HTTP/1.1\r\nHost : a\r\n\r\n"),
        ("no host", "GET /livez HTTP/1.1\r\n\r\n"),
        ("a coding that is unknown", "POST /v1/crm/card-sales HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
        ("a long target", "GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("large headers", "GET /livez HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n"),
        (
            "many headers",
            "GET /livez HTTP/1.1\r\nHost: a\r\n\((0..<5000).map { "X\($0): b\r\n" }.joined())\r\n"
        ),
    ]

    @Test("What is no proper request is refused, and the connection closed", arguments: hostile.map(\.name))
    func whatIsNoProper(_ name: String) async throws {
        let stage = try await Stage.shared
        let port = stage.relay.port
        let bytes = try #require(Self.hostile.first { $0.name == name }?.bytes)
        let answer = try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(bytes)
            let answer = try connection.answer()
            // A smuggled second request would be answered here.
            #expect(try connection.readToEnd().isEmpty, "more than one answer to \(name)")
            return answer
        }
        #expect((400...505).contains(answer.status) && answer.status != 404, "\(answer)")
        #expect(answer.problem != nil, "\(answer)")
        #expect(await stage.relay.readiness() == 200)
    }

    @Test("Half a request does no harm; a slow one is ended with 408 or closed")
    func halfRequestDoesNoHarm() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(["TOPRELAY_REQUEST_TIMEOUT": "1"])
        defer { relay.child.kill() }
        let port = relay.port
        let example = Example.rental()
        let whole = request(example, stage.tokens.caller).bytes
        try await onThread {
            for count in [1, 20, whole.count / 2, whole.count - 1] {
                let connection = try RawClient(port: port)
                try connection.send(Array(whole.prefix(count)))
            }
        }
        let ends = try await onThread {
            try [20, whole.count - 1].map { count in
                let connection = try RawClient(port: port)
                try connection.send(Array(whole.prefix(count)))
                return try connection.readToEnd()
            }
        }
        for end in ends { #expect(end.isEmpty || end.hasPrefix("HTTP/1.1 408 ")) }
        #expect(ends[1].contains("request-timeout"))
        #expect(try await stage.traces(of: example.marker) == 0)
        #expect(try await relay.get("/livez").status == 200)
    }

    @Test("A caller that hangs up does not stop its call")
    func hangUp() async throws {
        let stage = try await Stage.shared
        let example = Example.rental()
        try await stage.gateway.order(#"{"kind":"latency","ms":300,"contains":"\#(example.marker)"}"#)
        let (port, bytes) = (stage.relay.port, request(example, stage.tokens.caller).bytes)
        try await onThread {
            let connection = try RawClient(port: port)
            try connection.send(bytes)
            Thread.sleep(forTimeInterval: 0.1)
        }
        try await eventually("the call has its row") {
            try await stage.trail(with: example.marker).first?.outcome == "success"
        }
    }

    @Test("64 connections at once, 20 calls on each")
    func many64ConnectionsAtOnce() async throws {
        let stage = try await Stage.shared
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        let bad = try await withThrowingTaskGroup(of: [HTTPAnswer].self) { group in
            for _ in 0..<64 {
                group.addTask {
                    try await onThread {
                        let connection = try RawClient(port: port)
                        return try (0..<20).map { _ in try connection.exchange(self.request(.rental(), token)) }
                            .filter { $0.status != 200 }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(bad.isEmpty, "\(bad.first.map { "\($0)" } ?? "")")
    }

    /// A connection that has a place: one that asked whether the replica is ready may hold the last one for a moment.
    private static func admitted(_ port: Int) throws -> RawClient {
        for _ in 0..<200 {
            let connection = try RawClient(port: port)
            if try connection.exchange(HTTPRequest(path: "/livez")).status == 200 { return connection }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw NeverHappenedError(description: "a connection is admitted")
    }

    @Test("More connections than allowed are told so, and go on when there is room")
    func tooManyConnections() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(["TOPRELAY_MAX_CONNECTIONS": "4"])
        defer { relay.child.kill() }
        let port = relay.port
        try await onThread {
            let open = try (0..<4).map { _ in try Self.admitted(port) }
            let fifth = try RawClient(port: port)
            let answer = try fifth.exchange(HTTPRequest(path: "/livez"))
            #expect(answer.problem == "overloaded", "\(answer)")
            #expect(answer["Retry-After"] != nil)
            // They stay open up to here.
            withExtendedLifetime(open) {}
        }
        try await eventually("there is room again") { await relay.readiness() == 200 }
    }
}
