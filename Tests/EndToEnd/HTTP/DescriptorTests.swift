import Foundation
import JSON
import TestSupport
import Testing

@Suite("A replica with few file descriptors", .bounded)
struct DescriptorTests {
    /// Connections that send nothing.
    private func idle(_ count: Int, port: Int) async throws -> [RawClient] {
        try await onThread { try (0..<count).map { _ in try RawClient(port: port) } }
    }

    @Test("With 64 it serves calls, answers the surplus 503 and stays alive")
    func with64ItServes() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(files: "64:64")
        defer { relay.child.kill() }
        let (port, example) = (relay.port, Example.rental())
        var request = HTTPRequest(method: "POST", path: example.path, body: Array(example.body.utf8))
        request.headers = [("Authorization", "Bearer \(stage.tokens.caller)"), ("Content-Type", "application/json")]
        let call = request
        let kept = try await onThread {
            let kept = try RawClient(port: port)
            _ = try kept.exchange(HTTPRequest(path: "/livez"))
            return kept
        }
        let idle = try await idle(60, port: port)
        let (surplus, answers) = try await onThread {
            // The first idle connections are served, so the last ones are refused, with or without a request.
            let surplus = try idle[59].answer()
            return (surplus, try (0..<20).map { _ in try kept.exchange(call) })
        }
        #expect(surplus.status == 503 && surplus.problem == "overloaded", "\(surplus)")
        #expect(answers.allSatisfy { $0.status == 200 }, "\(answers)")
        let metrics = try await onThread { try kept.exchange(HTTPRequest(path: "/metrics")).text }
        let limit = metrics.split(separator: "\n").first { $0.hasPrefix("toprelay_connections_limit ") }
        #expect(
            limit.flatMap { Int($0.split(separator: " ")[1]) }.map { (4...9).contains($0) } == true, "\(limit ?? "")")
        let refused = metrics.split(separator: "\n").first { $0.hasPrefix("toprelay_connections_refused_total ") }
        #expect(refused.flatMap { Int($0.split(separator: " ")[1]) }.map { $0 >= 40 } == true, "\(refused ?? "")")
        // The monitor of libdispatch looks at its threads once a second, and needs a descriptor for it.
        try await Task.sleep(for: .seconds(3))
        #expect(relay.child.isRunning)
        #expect(relay.log.contains("TOPRELAY_MAX_CONNECTIONS") && relay.log.contains("TOPRELAY_MAX_CALLS_IN_FLIGHT"))
        withExtendedLifetime(idle) {}
        #expect(try await relay.terminate() == .exited(0))
    }

    @Test("With 64, idle clients that hold all connections give way to calls on new ones")
    func idleGiveWay() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(files: "64:64")
        defer { relay.child.kill() }
        var crowd: [RawClient] = []
        for _ in 0..<4 {
            crowd += try await idle(40, port: relay.port)
            let example = Example.rental()
            // The connections become evictable when they have been idle for 250 ms.
            try await eventually("a call among idle clients is served") {
                try await relay.post(example.path, example.body, token: stage.tokens.caller).status == 200
            }
        }
        let metrics = try await relay.get("/metrics").text
        for kind in ["idle", "surplus"] {
            let line = metrics.split(separator: "\n").first {
                $0.hasPrefix("toprelay_connections_evicted_total{kind=\"\(kind)\"} ")
            }
            #expect(line.flatMap { Int($0.split(separator: " ")[1]) }.map { $0 > 0 } == true, "\(line ?? "")")
        }
        withExtendedLifetime(crowd) {}
        #expect(try await relay.terminate() == .exited(0))
    }

    @Test("With 40 it does not start, and says what to do")
    func tooFew() async throws {
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(isReady: false, files: "40:40")
        #expect(try await relay.child.wait() == .exited(1))
        #expect(relay.log.contains("ulimit -n"), "\(relay.log)")
    }

    @Test("A soft limit of 1,024 is raised: a thousand idle connections do not stop a call")
    func softLimitOf1() async throws {
        Files.raiseLimit()
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(files: "1024:")
        defer { relay.child.kill() }
        let idle = try await idle(1000, port: relay.port)
        let example = Example.rental()
        let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
        #expect(answer.status == 200, "\(answer)")
        #expect(!relay.log.contains("limit on open files"))
        withExtendedLifetime(idle) {}
    }
}

/// The limit of open files of the tests' own process.
private enum Files {
    static func raiseLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
