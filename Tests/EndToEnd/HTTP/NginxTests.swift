import Foundation
import JSON
import TestSupport
import Testing

@Suite("Two replicas behind real nginx", .bounded)
struct NginxTests {
    /// nginx with deploy/'s own configuration, in front of these ports.
    /// - Parameter log: the file for its access log.
    private func startNginx(_ replicas: [Int], log: String? = nil) async throws -> (port: Int, child: Child) {
        let folder = try Watchdog.shared.makeFolder("nginx")
        let port = Ports.free()
        try await Command.succeed(
            [Repository.root + "/deploy/nginx/render", folder, "127.0.0.1:\(port)"]
                + replicas.map { "127.0.0.1:\($0)" })
        if getuid() == 0 { try await Command.succeed(["/bin/chmod", "-R", "a+rwX", folder]) }
        let child = try Child(
            ["/usr/sbin/nginx", "-p", folder, "-c", folder + "/nginx.conf", "-g", "daemon off;"],
            output: log ?? folder + "/out", errors: folder + "/err")
        try await eventually("nginx listens") {
            guard child.isRunning else { throw NeverHappenedError(description: Command.read(folder + "/err")) }
            return (try? RawClient(port: port)) != nil
        }
        return (port, child)
    }

    private func post(
        _ example: Example, port: Int, token: String, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        var request = HTTPRequest(method: "POST", path: example.path, body: Array(example.body.utf8))
        request.headers = [("Authorization", "Bearer \(token)"), ("Content-Type", "application/json")] + headers
        return try await onThread { [request] in try RawClient(port: port).exchange(request) }
    }

    @Test("Calls go to both, headers and problems pass unchanged")
    func callsReachBothReplicas() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let (port, nginx) = try await startNginx([stage.relay.port, second.port])
        defer { nginx.kill() }
        for example in Example.all + Example.all {
            let answer = try await post(
                example, port: port, token: stage.tokens.caller,
                headers: [("X-Request-Id", example.marker), ("Top-Ref", "ref-\(example.marker)")])
            #expect(answer.status == 200, "\(answer)")
            #expect(answer["X-Request-Id"] == example.marker)
            #expect(answer["Server-Timing"] != nil)
            #expect(answer.json["result"].map { String(decoding: $0.raw, as: UTF8.self) } == example.result)
            #expect(try await stage.trail(id: answer.id)?.refs == ["ref-\(example.marker)"])
        }
        let replicas = try await stage.query("SELECT DISTINCT replica FROM audit.intents")
        #expect(replicas.count == 2)
        let refused = try await post(.rental(), port: port, token: "trk_wrong")
        #expect(refused.problem == "unauthenticated")
        #expect(refused["WWW-Authenticate"] != nil)
        var large = Example.rental()
        for (size, status) in [(1 << 20, 413), (3 << 20, 413)] {
            large.body = String(repeating: " ", count: size) + "{}"
            let answer = try await post(large, port: port, token: stage.tokens.caller)
            #expect(answer.status == status)
            #expect(answer.problem == "payload-too-large", "\(answer)")
        }
        await stage.stop()
    }

    @Test("No trick makes the relay see a request that nginx did not pass on")
    func noTrickMakesRelay() async throws {
        let stage = try await Stage.make()
        let log = try Watchdog.shared.makeFolder("nginx-log") + "/access"
        let (port, nginx) = try await startNginx([stage.relay.port], log: log)
        defer { nginx.kill() }
        func passedCount() -> Int {
            Command.read(log).split(separator: "\n").count { $0.contains(#""upstream":"127"#) }
        }
        func requestCount() async throws -> Int {
            let text = try await stage.relay.get("/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("toprelay_requests_total ") }
            return line.flatMap { Double($0.dropFirst("toprelay_requests_total ".count)) }.map(Int.init) ?? 0
        }
        for trick in SmugglingTricks.all {
            let (seen, passed) = (try await requestCount(), passedCount())
            let input = trick.bytes
            try await onThread {
                let connection = try RawClient(port: port)
                try? connection.send(input)
                connection.endOutput()
                _ = try connection.readToEnd()
            }
            // One request is the look at the figure itself. A request that its client left may come after its log line.
            let more = try await requestCount() - seen - 1
            try await eventually("nginx has passed on what the relay saw: \(trick)") { passedCount() - passed >= more }
        }
        #expect(passedCount() > 0)
        await stage.stop()
    }

    @Test("One replica is killed in the middle: no call comes twice, none is lost, and what was cut is unknown")
    func oneReplicaIsKilled() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "5"])
        let second = try await stage.startRelay(["TOPRELAY_CALL_TIMEOUT": "5"])
        let (port, nginx) = try await startNginx([stage.relay.port, second.port])
        defer { nginx.kill() }
        let done = Tally()
        let token = stage.tokens.caller
        async let calls: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        let example = Example.rental()
                        let answer = try await post(
                            example, port: port, token: token, headers: [("X-Request-Id", example.marker)])
                        done.add(example.marker, answer)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await eventually("a quarter is done") { done.count >= 100 }
        second.child.kill()
        try await calls
        #expect(done.count == 400)
        #expect(done.answers.values.count { $0.status == 200 } >= 380)
        try await eventually("no call is open", within: .seconds(90)) {
            try await stage.query("SELECT id FROM audit.trail WHERE outcome = 'open'").isEmpty
        }
        var rows: [String: [String]] = [:]
        for row in try await stage.query("SELECT client_request_id AS marker, outcome FROM audit.trail") {
            rows[row["marker"]?.string ?? "", default: []].append(row["outcome"]?.string ?? "")
        }
        #expect(rows.values.allSatisfy { $0.count == 1 })
        let received = Dictionary(grouping: stage.gateway.calls(), by: { $0.rentalMarker ?? "" })
        for (marker, answer) in done.answers {
            let count = received[marker]?.count ?? 0
            #expect(count <= 1, "\(marker) came \(count) times")
            if count == 1 { #expect(rows[marker] != nil, "\(marker) has no row") }
            if answer.status == 200 {
                #expect(rows[marker] == ["success"])
            } else {
                #expect(["outcome-unknown", "overloaded"].contains(answer.problem), "\(answer)")
                if answer.problem == "overloaded" { #expect(rows[marker] == nil && count == 0) }
            }
        }
        let listed = try await stage.relay.get("/v1/audit/calls?limit=1000", token: stage.tokens.auditor)
        #expect(listed.json["data"]?.count == rows.count)
        await stage.stop()
    }

    @Test("Both replicas are restarted under load, one after the other: every call succeeds, and none comes twice")
    func rollingRestart() async throws {
        let settings = ["TOPRELAY_DRAIN_DELAY": "1"]
        let stage = try await Stage.make(settings)
        var replicas = [stage.relay, try await stage.startRelay(settings)]
        let (port, nginx) = try await startNginx(replicas.map(\.port))
        defer { nginx.kill() }
        let done = Tally()
        let token = stage.tokens.caller
        let callers = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while !Task.isCancelled {
                            let example = Example.rental()
                            let answer = try await post(example, port: port, token: token)
                            done.add(example.marker, answer)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        for number in [0, 1, 0, 1] {
            let before = done.count
            try await eventually("calls go on") { done.count >= before + 50 }
            #expect(try await replicas[number].terminate() == .exited(0))
            replicas[number] = try await stage.startRelay(settings, port: replicas[number].port)
        }
        callers.cancel()
        try await callers.value
        let failed = done.answers.values.filter { $0.status != 200 }
        #expect(failed.isEmpty, "\(failed.count) of \(done.count): \(failed.prefix(3))")
        let received = Dictionary(grouping: stage.gateway.calls(), by: { $0.rentalMarker ?? "" })
        #expect(received.count == done.count && received.values.allSatisfy { $0.count == 1 })
        await stage.stop()
    }

    @Test("A replica that is down is passed over, by calls too")
    func oneIsDown() async throws {
        let stage = try await Stage.shared
        let (port, nginx) = try await startNginx([Ports.free(), stage.relay.port, Ports.free()])
        defer { nginx.kill() }
        for _ in 0..<12 {
            let answer = try await post(.rental(), port: port, token: stage.tokens.caller)
            #expect(answer.status == 200, "\(answer)")
        }
    }

    @Test("When all replicas refuse, the refusal of one passes unchanged, and is over when they take calls again")
    func allRefuse() async throws {
        let settings = ["TOPRELAY_MAX_CALLS_IN_FLIGHT": "1", "TOPRELAY_WORKERS": "2"]
        let stage = try await Stage.make(settings)
        let second = try await stage.startRelay(settings)
        let (port, nginx) = try await startNginx([stage.relay.port, second.port])
        defer { nginx.kill() }
        try await stage.gateway.order(#"{"kind":"hang","count":2}"#)
        async let first = stage.call(.rental())
        let example = Example.rental()
        async let other = second.post(example.path, example.body, token: stage.tokens.caller)
        try await eventually("both hang") { try await stage.gateway.hanging() == 2 }
        for _ in 0..<8 {
            let refused = try await post(.rental(), port: port, token: stage.tokens.caller)
            #expect(refused.problem == "overloaded" && refused["Retry-After"] != nil, "\(refused)")
            #expect(refused.json["detail"]?.string?.contains("limit of this replica") == true, "\(refused)")
        }
        try await stage.gateway.release()
        #expect(try await [first, other].allSatisfy { $0.status == 200 })
        let answer = try await post(.rental(), port: port, token: stage.tokens.caller)
        #expect(answer.status == 200, "\(answer)")
        await stage.stop()
    }

    @Test("With no replica at all nginx says that nothing was sent")
    func withNoReplicaAtAllNginx() async throws {
        let (port, nginx) = try await startNginx([Ports.free()])
        defer { nginx.kill() }
        let answer = try await post(.rental(), port: port, token: "any")
        #expect(answer.status == 503)
        #expect(answer.problem == "overloaded", "\(answer)")
        #expect(answer["Retry-After"] != nil)
    }
}

/// What each call was answered.
private final class Tally: @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [String: HTTPAnswer] = [:]

    var answers: [String: HTTPAnswer] { lock.withLock { kept } }
    var count: Int { lock.withLock { kept.count } }

    func add(_ marker: String, _ answer: HTTPAnswer) { lock.withLock { kept[marker] = answer } }
}
