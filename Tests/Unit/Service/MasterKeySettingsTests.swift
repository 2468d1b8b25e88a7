import Bytes
import Crypto
import Foundation
import TestSupport
import Testing

@testable import Service

@Suite("The master key's settings")
struct MasterKeySettingsTests {
    private static func key(_ byte: UInt8) -> String { Base64.encode([UInt8](repeating: byte, count: 32)) }
    private static let database = "postgresql://relay@db/relay"
    private let folder: String

    init() throws { folder = try Watchdog.shared.makeFolder("keys") }

    private func read(_ environment: [String: String], needsMasterKey: Bool = true) throws -> StoreSettings {
        try StoreSettings.read(
            environment: environment.merging(["DATABASE_URL": Self.database]) { own, _ in own },
            needsMasterKey: needsMasterKey)
    }

    private func faults(_ environment: [String: String]) -> [SettingFault] {
        do {
            _ = try read(environment)
            Issue.record("faults are expected")
            return []
        } catch {
            return (error as? SettingsError)?.faults ?? []
        }
    }

    /// Writes a shell script, and returns the command that runs it. The script itself is not executed: a process that
    /// another test forks meanwhile could still have it open for writing.
    private func program(_ script: String) throws -> String {
        let path = folder + "/" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        try "\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        return "/bin/sh " + path
    }

    @Test("Several keys come from the variable, from a file, and from a mounted folder whose links change")
    func severalKeys() throws {
        let text = "\(Self.key(2)) \(Self.key(1))"
        let ids = try read(["TOPRELAY_MASTER_KEY": text]).masterKey?.keys.map(\.id)
        #expect(ids?.count == 2)
        // As Kubernetes mounts a secret: name -> ..data/name, ..data -> ..TIMESTAMP.
        let files = FileManager.default
        try files.createDirectory(atPath: folder + "/..2026_01_01", withIntermediateDirectories: false)
        try (text.replacing(" ", with: "\n") + "\n").write(
            toFile: folder + "/..2026_01_01/master-key", atomically: false, encoding: .utf8)
        try files.createSymbolicLink(atPath: folder + "/..data", withDestinationPath: "..2026_01_01")
        try files.createSymbolicLink(atPath: folder + "/master-key", withDestinationPath: "..data/master-key")
        #expect(try read(["TOPRELAY_MASTER_KEY_FILE": folder + "/master-key"]).masterKey?.keys.map(\.id) == ids)
        try files.removeItem(atPath: folder + "/..data")
        #expect(
            faults(["TOPRELAY_MASTER_KEY_FILE": folder + "/master-key"]).map(\.variable) == ["TOPRELAY_MASTER_KEY_FILE"]
        )
    }

    @Test("A command prints the keys: it gets its arguments without a shell, and no variable of TopRelay")
    func commandPrintsKeys() throws {
        let path = try program(
            #"[ "$1" = '$HOME' ] && [ "$#" = 2 ] && [ -z "$TOPRELAY_URL$DATABASE_URL" ] && [ "$KMS" = yes ] "#
                + "&& echo noise >&2 && echo '\(Self.key(2))' && echo '\(Self.key(1))'")
        let environment = [
            "TOPRELAY_MASTER_KEY_COMMAND": " \(path)  $HOME\tx ", "TOPRELAY_URL": "http://x", "KMS": "yes",
            "PATH": "/usr/bin:/bin",
        ]
        let ring = try #require(try read(environment).masterKey)
        #expect(ring.keys.count == 2)
        #expect(try read(["TOPRELAY_MASTER_KEY": Self.key(2)]).masterKey?.newest.id == ring.newest.id)
        let full = try Settings.read(
            environment: environment.merging(["DATABASE_URL": Self.database]) { own, _ in own })
        #expect(full.masterKey.newest.id == ring.newest.id)
    }

    @Test("The command does not run where no key is needed")
    func commandDoesNotRun() throws {
        let path = try program("touch '\(folder)/ran'; echo '\(Self.key(1))'")
        #expect(try read(["TOPRELAY_MASTER_KEY_COMMAND": path], needsMasterKey: false).masterKey == nil)
        #expect(!FileManager.default.fileExists(atPath: folder + "/ran"))
        #expect(try read(["TOPRELAY_MASTER_KEY_COMMAND": path]).masterKey != nil)
        #expect(FileManager.default.fileExists(atPath: folder + "/ran"))
    }

    @Test("A command that fails is told by its setting, and nothing that it printed is shown")
    func commandFails() throws {
        for (script, expectation) in [
            ("echo canary; echo canary >&2; exit 4", "exited with status 4"), ("echo canary", "44 characters"),
            ("printf ''", "44 characters"), (#"printf '\377canary'"#, "not text"),
            ("head -c 70000 /dev/zero", "more than 65536 bytes"),
        ] {
            let found = faults(["TOPRELAY_MASTER_KEY_COMMAND": try program(script)])
            #expect(found.map(\.variable) == ["TOPRELAY_MASTER_KEY_COMMAND"])
            #expect(found.first?.expectation.contains(expectation) == true, "\(found)")
            #expect(!"\(found)".contains("canary"))
        }
        let missing = faults(["TOPRELAY_MASTER_KEY_COMMAND": "/nowhere/canary --token canary"])
        #expect(missing.first?.expectation.contains("could not be started") == true)
        #expect(!"\(missing)".contains("canary"))
        #expect(faults(["TOPRELAY_MASTER_KEY_COMMAND": " \t"]).map(\.variable) == ["TOPRELAY_MASTER_KEY_COMMAND"])
    }

    @Test(
        "A command beside a key or its file is a fault", arguments: ["TOPRELAY_MASTER_KEY", "TOPRELAY_MASTER_KEY_FILE"])
    func givenTwice(_ name: String) {
        let found = faults([name: Self.key(1), "TOPRELAY_MASTER_KEY_COMMAND": "echo"])
        #expect(found.map(\.variable) == ["TOPRELAY_MASTER_KEY_COMMAND"])
        #expect(found.first?.expectation == "\(name) is set too: set one of the two")
    }
}
