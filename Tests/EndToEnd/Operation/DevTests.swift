import Foundation
import JSON
import TestSupport
import Testing

@Suite("toprelay dev", .bounded)
struct DevTests {
    /// A started `toprelay dev`, and what it printed.
    private struct Dev {
        let child: Child
        let folder: String
        let output: String

        var token: String { line("Token: ").map { String($0.dropFirst(7)) } ?? "" }
        var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }
        var url: String { line("TopRelay listens on ")?.split(separator: " ")[3].description ?? "" }
        var curls: [String] { lines.filter { $0.hasPrefix("curl ") } }
        private var lines: [String] { output.components(separatedBy: "\n") }
        private func line(_ prefix: String) -> String? { lines.first { $0.hasPrefix(prefix) } }
    }

    private func start(in folder: String, settings: [String: String] = [:]) async throws -> Dev {
        let name = String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        let (out, err) = ("\(folder)/out-\(name)", "\(folder)/err-\(name)")
        let postgres = (folder as NSString).lastPathComponent
        // Should the test be killed, its server must not stay: it runs in a session of its own.
        Watchdog.shared.atEnd(
            postgres,
            """
            pid=$(head -1 \(folder)/.toprelay/postgres/postmaster.pid) && kill -QUIT $pid && sleep 1
            link=$(readlink \(folder)/.toprelay/postgres) && rm -rf "$link"
            """)
        let environment = ["TOPRELAY_LISTEN": "127.0.0.1:\(Ports.free())"].merging(settings) { _, own in own }
        let child = try Child(
            [Repository.binary, "dev"], environment: environment, output: out, errors: err, folder: folder)
        try await eventually("dev has printed its lines", within: .seconds(120)) {
            guard child.isRunning else { throw NeverHappenedError(description: Command.read(err)) }
            return Command.read(out).contains("Ctrl-C")
        }
        return Dev(child: child, folder: folder, output: Command.read(out))
    }

    private func postmaster(_ folder: String) -> pid_t? {
        let text = Command.read(folder + "/.toprelay/postgres/postmaster.pid")
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    @Test("Prints lines that work as printed, stops everything at Ctrl-C, and keeps its data")
    func wholeLife() async throws {
        let folder = try Watchdog.shared.makeFolder("dev")
        let first = try await start(in: folder)
        let server = try #require(postmaster(folder))
        #expect(kill(server, 0) == 0)
        #expect(first.curls.count == 6)
        for curl in first.curls.dropLast() {
            let text = try await Command.succeed(["/bin/sh", "-c", curl])
            let answer = try JSONDocument(Array(text.utf8)).root
            #expect(["success", "accepted"].contains(answer["outcome"]?.string), "\(curl)\n\(text)")
        }
        let list = try await Command.succeed(["/bin/sh", "-c", first.curls.last ?? "false"])
        #expect(try JSONDocument(Array(list.utf8)).root["data"]?.count == 5)
        first.child.signal(SIGINT)
        #expect(try await first.child.wait() == .exited(0))
        try await eventually("PostgreSQL has ended") { kill(server, 0) != 0 }
        let second = try await start(in: folder)
        #expect(second.token == first.token)
        let again = try await Command.succeed(["/bin/sh", "-c", second.curls.last ?? "false"])
        #expect(try JSONDocument(Array(again.utf8)).root["data"]?.count == 5, "\(again)")
        second.child.signal(SIGTERM)
        #expect(try await second.child.wait() == .exited(0))
        let secret = try FileManager.default.attributesOfItem(atPath: folder + "/.toprelay/master.key")
        #expect(secret[.posixPermissions] as? Int == 0o600)
    }

    @Test("After kill -9 the next start adopts or restarts the server, and keeps the data")
    func afterKill() async throws {
        let folder = try Watchdog.shared.makeFolder("dev")
        let first = try await start(in: folder)
        _ = try await Command.succeed(["/bin/sh", "-c", first.curls[0]])
        first.child.signal(SIGKILL)
        #expect(try await first.child.wait() == .killed(SIGKILL))
        let second = try await start(in: folder)
        let list = try await Command.succeed(["/bin/sh", "-c", second.curls.last ?? "false"])
        #expect(try JSONDocument(Array(list.utf8)).root["data"]?.count == 1)
        let server = try #require(postmaster(folder))
        second.child.signal(SIGINT)
        #expect(try await second.child.wait() == .exited(0))
        try await eventually("PostgreSQL has ended") { kill(server, 0) != 0 }
    }

    @Test("A second one in the same folder says where the first one is, and touches nothing of it")
    func secondOneInSameFolder() async throws {
        let folder = try Watchdog.shared.makeFolder("dev")
        let first = try await start(in: folder)
        let server = try #require(postmaster(folder))
        for listen in ["127.0.0.1:\(first.port)", "127.0.0.1:\(Ports.free())"] {
            let output = try await Command.run(
                [Repository.binary, "dev"], environment: ["TOPRELAY_LISTEN": listen], folder: folder)
            #expect(output.code == 1)
            #expect(output.errors.contains("another `toprelay dev` runs") && output.errors.contains(first.url))
            #expect(output.text.isEmpty)
        }
        #expect(postmaster(folder) == server && kill(server, 0) == 0)
        let text = try await Command.succeed(["/bin/sh", "-c", first.curls[0]])
        #expect(try JSONDocument(Array(text.utf8)).root["outcome"]?.string == "success")
        first.child.signal(SIGINT)
        #expect(try await first.child.wait() == .exited(0))
        try await eventually("PostgreSQL has ended") { kill(server, 0) != 0 }
    }

    @Test("Ctrl-C while it starts leaves nothing behind")
    func ctrlCWhileItStarts() async throws {
        let folder = try Watchdog.shared.makeFolder("dev")
        let child = try Child(
            [Repository.binary, "dev"], environment: ["TOPRELAY_LISTEN": "127.0.0.1:\(Ports.free())"],
            output: folder + "/out", errors: folder + "/err", folder: folder)
        try await eventually("the server is being made", within: .seconds(60)) {
            Command.read(folder + "/err").contains("starting PostgreSQL")
        }
        child.signal(SIGINT)
        let ending = try await child.wait()
        #expect([.exited(0), .exited(1)].contains(ending), "\(ending): \(Command.read(folder + "/err"))")
        try await eventually("PostgreSQL has ended") { postmaster(folder).map { kill($0, 0) != 0 } ?? true }
    }

    @Test("The sandbox alone: checks signs, prints its address, stops at SIGTERM")
    func sandboxAlone() async throws {
        let sandbox = try await SandboxProcess()
        let stage = try await Stage.shared
        let relay = try await stage.startRelay(["TOPRELAY_GATEWAY_URL": sandbox.url])
        defer { relay.child.kill() }
        for example in Example.all {
            let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
            #expect(answer.status == 200, "\(answer)")
        }
        let example = Example.carProfile()
        let wrong = try await relay.post(
            example.path, example.body, token: stage.tokens.caller, headers: [("Top-App", "by-md5")])
        #expect(wrong.problem == "relay-misconfigured")
        sandbox.child.signal(SIGTERM)
        #expect(try await sandbox.child.wait() == .exited(0))
    }
}
