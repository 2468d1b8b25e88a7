import Foundation
import JSON
import TestSupport

/// The real binary, serving.
final class RelayProcess: Sendable {
    let port: Int
    let child: Child
    private let folder: String

    /// Starts `toprelay serve` with these settings and no others.
    /// - Parameter files: the soft and the hard limit of open files, as prlimit(1) takes them; nil: the tests' own.
    init(_ settings: [String: String], port: Int = Ports.free(), files: String? = nil) throws {
        self.port = port
        folder = try Watchdog.shared.makeFolder("relay")
        // A host's zone must not matter, and neither must a proxy that is meant for others.
        var environment = [
            "TZ": "America/New_York", "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1",
            "TOPRELAY_LISTEN": "127.0.0.1:\(port)", "TOPRELAY_LOG_LEVEL": "debug",
        ]
        environment.merge(settings) { _, own in own }
        child = try Child(
            (files.map { ["/usr/bin/prlimit", "--nofile=\($0)"] } ?? []) + [Repository.binary, "serve"],
            environment: environment, output: folder + "/out", errors: folder + "/err",
            folder: folder)
    }

    /// What the process has logged so far.
    var log: String { Command.read(folder + "/err") }

    /// What it has written to standard output: nothing, as it should be.
    var output: String { Command.read(folder + "/out") }

    /// The memory that the process has now.
    func residentMegabytes() throws -> Int { try megabytes("VmRSS") }

    /// The most memory that the process has had.
    func peakMegabytes() throws -> Int { try megabytes("VmHWM") }

    private func megabytes(_ field: String) throws -> Int {
        let status = Command.read("/proc/\(child.pid)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
        guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw NeverHappenedError(description: "the relay has ended")
        }
        return kilobytes / 1024
    }

    /// The status of `/readyz`; nil while nobody listens.
    func readiness() async -> Int? { try? await get("/readyz").status }

    /// Waits until `/readyz` has a status.
    func waitUntilReady(_ status: Int = 200) async throws {
        try await eventually("/readyz is \(status)") {
            guard child.isRunning else {
                throw NeverHappenedError(description: "the relay has ended:\n\(log.suffix(3000))")
            }
            return await readiness() == status
        }
    }

    /// Sends one request on a connection of its own.
    func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let port = port
        return try await onThread { try RawClient(port: port).exchange(request) }
    }

    func get(_ path: String, token: String? = nil) async throws -> HTTPAnswer {
        try await send(HTTPRequest(path: path, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? []))
    }

    /// Posts a body as JSON.
    func post(
        _ path: String, _ body: String, token: String?, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        var request = HTTPRequest(method: "POST", path: path, body: Array(body.utf8))
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        request.headers.append(("Content-Type", "application/json"))
        request.headers += headers
        return try await send(request)
    }

    /// SIGTERM, and the end.
    func terminate() async throws -> Child.Ending {
        child.signal(SIGTERM)
        return try await child.wait()
    }
}
