import Foundation
import JSON
import TestSupport
import Testing

@Suite("PostgreSQL restarted under load", .bounded)
struct RestartTests {
    @Test(
        "3,000 calls from 32 connections: one row a call that TOP received, and no call twice", .timeLimit(.minutes(5)))
    func underLoad() async throws {
        let stage = try await Stage.makeApart()
        let load = Load(port: stage.relay.port, token: stage.tokens.caller, wanted: 3000)
        async let run: Void = load.run(connections: 32)
        for (share, mode) in [(600, PostgresCluster.Stop.fast), (1200, .immediate), (1800, .fast)] {
            try await eventually("\(share) calls are done", within: .seconds(120)) { load.successes >= share }
            try await stage.cluster.restart(mode)
        }
        try await run
        #expect(load.successes >= 3000)
        #expect(load.faults.isEmpty, "\(load.faults.prefix(3))")
        let unsettled = """
            SELECT i.id FROM audit.intents AS i WHERE NOT EXISTS (SELECT FROM audit.calls AS c WHERE c.id = i.id)
            """
        try await eventually("every intent has its row", within: .seconds(90)) {
            try await stage.query(unsettled).isEmpty
        }
        try await compare(stage, load)
        await stage.stop()
    }

    private func compare(_ stage: Stage, _ load: Load) async throws {
        var received: [String: Int] = [:]
        for call in stage.gateway.calls() {
            received[call.rentalMarker ?? "", default: 0] += 1
        }
        #expect(received[""] == nil)
        #expect(received.values.allSatisfy { $0 == 1 }, "a call came twice")
        var outcomes: [String: [String]] = [:]
        let rows = try await stage.query("SELECT client_request_id AS marker, outcome, status FROM audit.trail")
        for row in rows { outcomes[row["marker"]?.string ?? "", default: []].append(row["outcome"]?.string ?? "") }
        #expect(outcomes.values.allSatisfy { $0.count == 1 }, "a call has two rows")
        let unrecorded = received.keys.filter { outcomes[$0] == nil }
        #expect(unrecorded.isEmpty, "calls without a row: \(unrecorded.prefix(5))")
        for (marker, found) in outcomes where received[marker] == nil {
            #expect(["not_sent", "unknown"].contains(found[0]), "\(marker) was not received, but is \(found)")
        }
        for (marker, outcome) in load.answers {
            guard let outcome else {
                #expect(received[marker] == nil, "\(marker) was refused, but received")
                #expect(["not_sent", "unknown", nil].contains(outcomes[marker]?[0]))
                continue
            }
            #expect(outcomes[marker]?[0] == outcome, "\(marker) was told \(outcome)")
        }
        #expect(received.count >= load.successes)
    }
}

/// Callers that call until enough calls have succeeded.
private final class Load: @unchecked Sendable {
    private let port: Int
    private let token: String
    private let wanted: Int
    private let lock = NSLock()
    private var told: [String: String?] = [:]
    private var unexpected: [String] = []
    private var succeeded = 0
    private var attempts = 0

    init(port: Int, token: String, wanted: Int) {
        self.port = port
        self.token = token
        self.wanted = wanted
    }

    var successes: Int { lock.withLock { succeeded } }
    /// What each caller was told: the outcome, or nil for a refusal without one.
    var answers: [String: String?] { lock.withLock { told } }
    /// Answers that nobody should get.
    var faults: [String] { lock.withLock { unexpected } }

    func run(connections: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<connections { group.addTask { try await onThread { try self.call() } } }
            try await group.waitForAll()
        }
    }

    private var mayGoOn: Bool {
        lock.withLock {
            attempts += 1
            return succeeded < wanted && attempts < wanted * 10
        }
    }

    private func call() throws {
        var connection = try RawClient(port: port)
        while mayGoOn {
            let example = Example.rental()
            var request = HTTPRequest(method: "POST", path: example.path, body: Array(example.body.utf8))
            request.headers = [
                ("Authorization", "Bearer \(token)"), ("Content-Type", "application/json"),
                ("X-Request-Id", example.marker),
            ]
            let answer = try connection.exchange(request)
            note(answer, example.marker)
            if answer["Connection"] == "close" { connection = try RawClient(port: port) }
            if answer.status != 200 { Thread.sleep(forTimeInterval: 0.05) }
        }
    }

    private func note(_ answer: HTTPAnswer, _ marker: String) {
        lock.withLock {
            told[marker] = .some(answer.outcome)
            if answer.status == 200, answer.outcome == "success" {
                succeeded += 1
            } else if answer.problem != "audit-unavailable" || answer["Retry-After"] == nil {
                unexpected.append("\(answer)")
            }
        }
    }
}
