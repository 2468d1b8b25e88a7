import Foundation
import TestSupport

/// The binary's own sandbox, as a process.
final class SandboxProcess: Sendable {
    /// The URL that calls go to.
    let url: String
    let child: Child

    /// Starts a sandbox that knows an app and its sessions.
    /// - Parameter catalog: a folder with more entries.
    init(app: StageApp = StageApp.all[0], catalog: String? = nil) async throws {
        let folder = try Watchdog.shared.makeFolder("sandbox")
        try app.secret.write(toFile: folder + "/secret", atomically: true, encoding: .utf8)
        try app.sessions.map(\.key).joined(separator: "\n").write(
            toFile: folder + "/sessions", atomically: true, encoding: .utf8)
        let child = try Child(
            [
                Repository.binary, "sandbox", "--port", "0", "--app-key", app.key, "--secret-file", folder + "/secret",
                "--sessions-file", folder + "/sessions",
            ] + (catalog.map { ["--catalog", $0] } ?? []), output: folder + "/out", errors: folder + "/err")
        self.child = child
        url = try await eventually("the sandbox listens") {
            guard child.isRunning else {
                throw NeverHappenedError(description: "the sandbox ended: \(Command.read(folder + "/err"))")
            }
            let line = Command.read(folder + "/out")
            return line.hasSuffix("/router/rest\n") ? String(line.dropLast()) : nil
        }
    }
}
