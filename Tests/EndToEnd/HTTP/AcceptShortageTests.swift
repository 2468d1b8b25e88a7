import Foundation
import TestSupport
import Testing

@Suite("A replica without descriptors", .bounded)
struct AcceptShortageTests {
    private static func descriptors(of pid: pid_t) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    @Test("Clients in excess are closed instead of left waiting, the others are served, and it recovers")
    func clientsInExcessAreClosed() async throws {
        let stage = try await Stage.make()
        let relay = stage.relay
        let port = relay.port
        let kept = try await onThread { try RawClient(port: port) }
        let livez = HTTPRequest(path: "/livez")
        #expect(try await onThread { try kept.exchange(livez).status } == 200)
        let pid = relay.child.pid
        let limit = try Self.descriptors(of: pid) + 3
        try await Command.succeed(["/usr/bin/prlimit", "--pid", "\(pid)", "--nofile=\(limit):"])
        let excess = try await onThread { try (0..<20).map { _ in try RawClient(port: port) } }
        try await eventually("a shortage is counted") {
            let text = try await onThread { try kept.exchange(HTTPRequest(path: "/metrics")).text }
            return text.split(separator: "\n").contains {
                $0.hasPrefix("toprelay_accept_shortages_total ") && !$0.hasSuffix(" 0")
            }
        }
        // Those that were not accepted are closed by and by.
        let ended = try await onThread {
            excess.count { connection in
                (try? connection.send(livez.bytes)) == nil || (try? connection.answer().status) != 200
            }
        }
        #expect(ended > 10)
        #expect(try await onThread { try kept.exchange(livez).status } == 200)
        try await Command.succeed(["/usr/bin/prlimit", "--pid", "\(pid)", "--nofile=4096:"])
        #expect(try await relay.get("/livez").status == 200)
        await stage.stop()
    }
}
