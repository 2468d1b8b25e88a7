import Crypto
import Foundation
import JSON
import Locks
import TestSupport
import Testing

@Suite("The master key is changed while the service runs", .bounded)
struct MasterKeyTests {
    private static let newKey = Data("planted-new-master-key-32-bytes!".utf8).base64EncodedString()
    private static let oldFirst = "\(Stage.masterKey) \(newKey)"
    private static let newFirst = "\(newKey) \(Stage.masterKey)"

    /// Adds sessions of the app main that were sealed with the old key.
    private func addSessions(_ count: Int, to stage: Stage) async throws {
        let key = try KeyRing(base64: Stage.masterKey)
        let session = Array("planted-session-of-main".utf8)
        let rows = try (0..<count).map { number in
            let place = Array("vault.sessions/session_sealed/main/seller-\(number)".utf8)
            let hex = try key.seal(session, associated: place).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
            return #"('main', 'seller-\#(number)', '\x\#(hex.joined())')"#
        }
        try await stage.cluster.execute(
            "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES \(rows.joined(separator: ","))",
            in: stage.database)
    }

    private func tool(_ stage: Stage, _ keys: String) -> CommandLineTool {
        CommandLineTool(database: stage.cluster.url(stage.database), masterKey: keys)
    }

    @Test("With 20,000 sessions under load no call fails; then the old key opens nothing and is not needed")
    func rotationUnderLoad() async throws {
        let stage = try await Stage.make(start: false)
        try await addSessions(20_000, to: stage)
        let first = try await stage.startRelay(["TOPRELAY_MASTER_KEY": Self.oldFirst])
        let load = Load(stage, first)
        let calls = Task { await load.run(callers: 4) }
        let rotation = Task { try await tool(stage, Self.newFirst).run(["key", "rotate", "master"]) }
        try await eventually("the first walk is done", within: .seconds(60)) {
            try await tool(stage, Self.newKey).run(["key", "check"]).code == 0 || load.count > 400
        }
        let second = try await stage.startRelay(["TOPRELAY_MASTER_KEY": Self.newFirst])
        load.use(second)
        let ending = try await first.terminate()
        #expect(ending == .exited(0), "\(ending) \(first.log.suffix(3000))")
        let ended = try await rotation.value
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.text.contains("everything is sealed with the key"))
        #expect(ended.errors.contains("vault.sessions.session_sealed: 20"))
        #expect(ended.errors.contains("still seal with another key"))
        try await eventually("more calls are made") { load.count > 20 }
        load.stop()
        await calls.value
        #expect(load.failures.isEmpty, "\(load.failures.prefix(3))")
        #expect(try await second.terminate() == .exited(0))
        try await expectNewKeyIsEnough(stage, load)
        await stage.stop()
    }

    private func expectNewKeyIsEnough(_ stage: Stage, _ load: Load) async throws {
        let check = try await tool(stage, Self.newKey).run(["key", "check"])
        #expect(check.code == 0, "\(check.errors)")
        let old = try await tool(stage, Stage.masterKey).run(["key", "check"])
        #expect(old.code == 1 && old.errors.contains("vault.sessions.session_sealed/main/"))
        let sealed = try await stage.query("SELECT count(DISTINCT key_id) AS keys FROM audit.sealed")
        #expect(sealed.first?["keys"]?.lexeme == "1")
        let third = try await stage.startRelay(["TOPRELAY_MASTER_KEY": Self.newKey])
        let (id, key, example) = try #require(load.firstCall)
        let again = try await third.post(
            example.path, example.body, token: stage.tokens.caller,
            headers: [("Idempotency-Key", key), ("Top-Seller", "seller-7")])
        #expect(again.status == 200 && again.json["id"]?.string == id, "\(again)")
        let full = try await tool(stage, Self.newKey).run(["audit", "unmask", id, "--reason", "test"])
        #expect(full.code == 0 && full.text.contains(example.marker), "\(full.errors)")
    }

    @Test("An interrupted rotation continues where it was; replicas do not load the vault for it")
    func interruptedRotation() async throws {
        let stage = try await Stage.make(start: false)
        try await addSessions(20_000, to: stage)
        let relay = try await stage.startRelay(["TOPRELAY_MASTER_KEY": Self.newFirst])
        let before = try await stage.query("SELECT revision FROM vault.revision").first?["revision"]?.lexeme
        let folder = try Watchdog.shared.makeFolder("rotation")
        let child = try Child(
            [Repository.binary, "key", "rotate", "master"],
            environment: [
                "DATABASE_URL": stage.cluster.url(stage.database), "TOPRELAY_MASTER_KEY": Self.newFirst,
            ], output: folder + "/out", errors: folder + "/err")
        try await eventually("some sessions are sealed again") {
            Command.read(folder + "/err").contains("vault.sessions.session_sealed:")
        }
        child.kill()
        _ = try await child.wait()
        let line = tool(stage, Self.newFirst)
        let left = try await line.run(["key", "check"])
        #expect(left.code == 0)
        #expect(!left.text.contains(": 0 value(s)"), "\(left.text)")
        let ended = try await line.run(["key", "rotate", "master"])
        #expect(ended.code == 0, "\(ended.errors)")
        let after = try await stage.query("SELECT revision FROM vault.revision").first?["revision"]?.lexeme
        #expect(before == after)
        #expect(try await tool(stage, Self.newKey).run(["key", "check"]).code == 0)
        let example = Example.carProfile()
        let answer = try await relay.post(
            example.path, example.body, token: stage.tokens.caller, headers: [("Top-Seller", "seller-19999")])
        #expect(answer.status == 200)
        let repeated = try await line.run(["key", "rotate", "master"])
        #expect(repeated.code == 0 && repeated.text.hasPrefix("1 value(s) sealed again") == false)
        await stage.stop()
    }

    @Test("A rotation does not begin while a replica does not have the new key")
    func replicaWithoutNewKey() async throws {
        let stage = try await Stage.make()
        let refused = try await tool(stage, Self.newFirst).run(["key", "rotate", "master"])
        #expect(refused.code == 1)
        #expect(refused.errors.contains("1 replica(s) do not have the key"))
        #expect(refused.errors.contains("TOPRELAY_MASTER_KEY of all replicas"))
        #expect(try await tool(stage, Stage.masterKey).run(["key", "check"]).code == 0)
        await stage.stop()
    }

    @Test("Values that do not open are named with the reason, and the others are sealed again")
    func damagedValues() async throws {
        let stage = try await Stage.make(start: false)
        try await stage.cluster.execute(
            """
            UPDATE vault.sessions SET session_sealed =
              (SELECT session_sealed FROM vault.sessions WHERE app = 'by-md5' AND seller = 'shop')
              WHERE app = 'main' AND seller = 'stale';
            UPDATE vault.apps SET secret_sealed = set_byte(secret_sealed, 1, get_byte(secret_sealed, 1) # 1)
              WHERE name = 'by-hmac';
            """, in: stage.database)
        let line = tool(stage, Self.newFirst)
        for command in [["key", "check"], ["key", "rotate", "master"], ["key", "check"]] {
            let output = try await line.run(command)
            #expect(output.code == 1)
            #expect(output.errors.contains("2 value(s) do not open"))
            #expect(output.errors.contains("vault.sessions.session_sealed/main/stale: "))
            #expect(output.errors.contains("vault.apps.secret_sealed/by-hmac: sealed with the key "))
            #expect(!output.errors.contains("planted") && !output.text.contains("planted"))
        }
        let other = try await tool(stage, Self.newKey).run(["key", "check"])
        #expect(other.code == 1 && other.errors.contains("2 value(s) do not open"), "the others need the new key alone")
        await stage.stop()
    }

    @Test("Wrong keys and names are refused before anything is read")
    func wrongInput() async throws {
        let stage = try await Stage.make(start: false)
        let foreign = try await tool(stage, Self.newKey).run(["key", "rotate", "master"])
        #expect(foreign.code == 1 && foreign.errors.contains("does not hold the key"))
        let twice = try await tool(stage, "\(Self.newKey) \(Self.newKey)").run(["key", "check"])
        #expect(twice.code == 1 && twice.errors.contains("different keys"))
        #expect(!twice.errors.contains(Self.newKey))
        let name = try await stage.line.run(["key", "rotate", "idempotency"])
        #expect(name.code == 64)
        await stage.stop()
    }
}

/// Calls with idempotency keys for many sellers, without a pause.
private final class Load: Sendable {
    private struct State {
        var relay: RelayProcess
        var isStopped = false
        var count = 0
        var failures: [String] = []
        var firstCall: (id: String, key: String, example: Example)?
    }

    private let stage: Stage
    private let state: Locked<State>

    init(_ stage: Stage, _ relay: RelayProcess) {
        self.stage = stage
        state = Locked(State(relay: relay))
    }

    /// The calls since the relay was changed.
    var count: Int { state.withLock { $0.count } }
    var failures: [String] { state.withLock { $0.failures } }
    var firstCall: (id: String, key: String, example: Example)? { state.withLock { $0.firstCall } }

    func use(_ relay: RelayProcess) {
        state.withLock {
            $0.relay = relay
            $0.count = 0
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    func run(callers: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<callers { group.addTask { await self.callUntilStopped() } }
        }
    }

    private func callUntilStopped() async {
        while let relay = state.withLock({ $0.isStopped ? nil : $0.relay }) {
            let example = Example.carProfile()
            do {
                let answer = try await relay.post(
                    example.path, example.body, token: stage.tokens.caller,
                    headers: [("Idempotency-Key", example.marker), ("Top-Seller", "seller-7")])
                let id = answer.json["id"]?.string ?? ""
                state.withLock {
                    $0.count += 1
                    if answer.status != 200, $0.relay === relay { $0.failures.append("\(answer)") }
                    if $0.firstCall == nil { $0.firstCall = (id, example.marker, example) }
                }
            } catch {
                // A replica that ends may close the connection of a call that it has not read.
                state.withLock { if $0.relay === relay { $0.failures.append("\(error)") } }
            }
        }
    }
}
