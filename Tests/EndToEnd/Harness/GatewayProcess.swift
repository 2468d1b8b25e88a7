import Foundation
import JSON
import TestSupport

/// The independent gateway in Python, as a process.
final class GatewayProcess: Sendable {
    let port: Int
    /// The URL that calls go to.
    var url: String { "\(scheme)://127.0.0.1:\(port)/router/rest" }
    private let scheme: String
    private let child: Child
    private let log: String

    /// Starts a gateway that knows these apps; with TLS when a certificate is named, as `NAME.pem` and `NAME.key`.
    /// Faults are for gateways without TLS.
    init(_ apps: [StageApp], certificate: String? = nil) async throws {
        let folder = try Watchdog.shared.makeFolder("gateway")
        try StageApp.document(apps).write(toFile: folder + "/apps.json", atomically: false, encoding: .utf8)
        log = folder + "/calls"
        child = try Child(
            [
                "/usr/bin/python3", "-B", Repository.root + "/Tests/EndToEnd/gateway/gateway.py", "--port", "0",
                "--apps", folder + "/apps.json", "--log", log, "--lifetime", "1800", "--with-parent",
            ] + (certificate.map { ["--cert", $0 + ".pem", "--key", $0 + ".key"] } ?? []), output: folder + "/out",
            errors: folder + "/err")
        scheme = certificate == nil ? "http" : "https"
        port = try await eventually("the gateway listens") { [child] in
            guard child.isRunning else {
                throw NeverHappenedError(description: "the gateway ended: \(Command.read(folder + "/err"))")
            }
            let lines = Command.read(folder + "/out").components(separatedBy: "\n")
            return lines.count > 1 ? Int(lines[0]) : nil
        }
    }

    /// Orders a fault; the members are those of gateway/faults.py.
    func order(_ fault: String) async throws { try await post("/_fault", fault) }

    /// Answers hanging calls as if nothing had been.
    func release() async throws { try await post("/_release", "") }

    /// Drops all faults, and closes hanging calls.
    func reset() async throws { try await post("/_reset", "") }

    /// The calls received so far whose line in the log holds a text. The log is long, so only lines that are wanted are
    /// read.
    func calls(with marker: String = "") -> [GatewayCall] {
        guard let log = FileManager.default.contents(atPath: log) else { return [] }
        let (wanted, end) = (Data(marker.utf8), Data([10]))
        var calls: [GatewayCall] = []
        var position = log.startIndex
        while position < log.endIndex {
            var start = position
            if !marker.isEmpty {
                guard let found = log.range(of: wanted, in: position..<log.endIndex) else { break }
                start = log.range(of: end, options: .backwards, in: position..<found.lowerBound)?.upperBound ?? position
                position = found.upperBound
            }
            let stop = log.range(of: end, in: position..<log.endIndex)?.lowerBound ?? log.endIndex
            if let call = GatewayCall(log[start..<stop]) { calls.append(call) }
            position = min(stop + 1, log.endIndex)
        }
        return calls
    }

    /// How many calls wait for a release.
    func hanging() async throws -> Int {
        let answer = try await send(HTTPRequest(path: "/_stats"))
        return answer.json["hanging"]?.lexeme.flatMap { Int($0) } ?? 0
    }

    func stop() { child.kill() }

    /// Posts to a control endpoint.
    @discardableResult
    func post(_ path: String, _ body: String) async throws -> HTTPAnswer {
        let answer = try await send(HTTPRequest(method: "POST", path: path, body: Array(body.utf8)))
        guard answer.status == 200 else { throw NeverHappenedError(description: "the gateway said: \(answer)") }
        return answer
    }

    func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let port = port
        return try await onThread { try RawClient(port: port).exchange(request) }
    }
}
