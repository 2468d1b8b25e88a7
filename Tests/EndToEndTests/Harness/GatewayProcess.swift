import Foundation
import JSON

/// The independent gateway in Python, as a process.
final class GatewayProcess: Sendable {
    let port: Int
    /// The URL that calls go to.
    var url: String { "\(scheme)://127.0.0.1:\(port)/router/rest" }
    private let scheme: String
    private let child: Child
    private let log: String
    private let control: Int

    /// Starts a gateway that knows these apps.
    init(_ apps: [StageApp]) async throws {
        let folder = try Watchdog.shared.makeFolder("gateway")
        try StageApp.document(apps).write(toFile: folder + "/apps.json", atomically: false, encoding: .utf8)
        log = folder + "/calls"
        child = try Child(
            [
                "/usr/bin/python3", "-B", Repository.root + "/Tests/EndToEndTests/gateway/gateway.py", "--port", "0",
                "--apps", folder + "/apps.json", "--log", log, "--lifetime", "1800", "--with-parent",
            ], output: folder + "/out", errors: folder + "/err")
        scheme = "http"
        port = try await eventually("the gateway listens") { [child] in
            guard child.isRunning else {
                throw NeverHappened(description: "the gateway ended: \(Command.read(folder + "/err"))")
            }
            let lines = Command.read(folder + "/out").components(separatedBy: "\n")
            return lines.count > 1 ? Int(lines[0]) : nil
        }
        control = port
    }

    /// Orders a fault; the members are those of gateway/faults.py.
    func order(_ fault: String) async throws { try await post("/_fault", fault) }

    /// Answers hanging calls as if nothing had been.
    func release() async throws { try await post("/_release", "") }

    /// Drops all faults, and closes hanging calls.
    func reset() async throws { try await post("/_reset", "") }

    /// The calls received so far whose form holds a text.
    func calls(with marker: String = "") -> [GatewayCall] {
        Command.read(log).split(separator: "\n").filter { marker.isEmpty || $0.contains(marker) }
            .compactMap(GatewayCall.init)
    }

    /// How many calls wait for a release.
    func hanging() async throws -> Int {
        let answer = try await send(HTTPRequest(path: "/_stats"))
        return answer.json["hanging"]?.lexeme.flatMap { Int($0) } ?? 0
    }

    func stop() { child.kill() }

    private func post(_ path: String, _ body: String) async throws {
        let answer = try await send(HTTPRequest(method: "POST", path: path, body: Array(body.utf8)))
        guard answer.status == 200 else { throw NeverHappened(description: "the gateway said: \(answer)") }
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let control = control
        return try await onThread { try HTTPConnection(port: control).exchange(request) }
    }
}
