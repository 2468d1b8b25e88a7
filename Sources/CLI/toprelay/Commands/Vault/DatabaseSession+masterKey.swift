import Audit
import Bytes
import Crypto
import Postgres
import Vault

/// The work of `key rotate master` and `key check`. Results go to standard output, progress to standard error.
extension DatabaseSession {
    private static let tables = SealedTable.vault + SealedTable.audit
    /// Two rotations at once would only repeat each other's work.
    private static let rotationLock: Int64 = 0x746F_7072_6B65_7973
    /// The pause before replicas are asked for their keys again.
    private static let pause = Duration.seconds(2)

    /// Seals everything again with the first master key, until nothing else is left and no replica seals with another.
    func rotateMasterKey() async throws {
        let connection = try await open()
        guard try await connection.tryLock(Self.rotationLock) else {
            throw CommandError.failed("another `toprelay key rotate master` is running")
        }
        let key = try ring()
        let vault = try await vault()
        try await vault.ensureKeys()
        try await vault.recordRotation()
        let hidden = try await ReplicaKeys.hiddenConnections(on: connection)
        if hidden > 0 {
            Output.errorLine(
                "warning: \(hidden) connection(s) of other database users do not show their keys: run this as the user "
                    + "of the replicas, or make sure that all replicas have the key \(Hex.lower(key.newest.id))")
        }
        let values = SealedValues(connection: connection, key: key, tables: Self.tables)
        var total = 0
        var reported: [String] = []
        while true {
            // Asked before the walk: what such a replica seals later is found by the next walk.
            let others = try await replicasThatSealOtherwise(key.newest)
            let summary = try await values.sealAgain(ProgressLine("sealed again").note)
            total += summary.sealedAgain
            guard summary.unreadableCount == 0 else { throw Self.failure(summary) }
            guard summary.sealedAgain > 0 || summary.changedMeanwhile > 0 || !others.isEmpty else { break }
            if !others.isEmpty {
                if others != reported {
                    Output.errorLine(
                        "waiting for \(others.count) replica(s) that still seal with another key: "
                            + "\(others.joined(separator: ", ")); "
                            + "put the key \(Hex.lower(key.newest.id)) first in their TOPRELAY_MASTER_KEY, and restart them"
                    )
                }
                reported = others
                guard (try? await Task.sleep(for: Self.pause)) != nil else { throw VaultError.interrupted }
            }
        }
        Output.line(
            "\(total) value(s) sealed again; everything is sealed with the key \(Hex.lower(key.newest.id)), "
                + "so the other keys can be removed from TOPRELAY_MASTER_KEY")
    }

    /// Opens everything.
    func checkMasterKey() async throws {
        let key = try ring()
        let values = SealedValues(connection: try await open(), key: key, tables: Self.tables)
        let summary = try await values.check(ProgressLine("opened").note)
        for sealer in key.keys {
            let count = summary.opened[sealer.id] ?? 0
            let role = sealer.id == key.newest.id ? " (the first: it seals)" : ""
            Output.line("key \(Hex.lower(sealer.id))\(role): \(count) value(s) open")
        }
        guard summary.unreadableCount == 0 else { throw Self.failure(summary) }
    }

    private func ring() throws -> KeyRing {
        guard let masterKey else { throw VaultError.noMasterKey }
        return masterKey
    }

    /// The names of the replicas that seal with another key.
    /// - Throws: if a replica does not have the key. It could no longer open what is sealed again.
    private func replicasThatSealOtherwise(_ newest: SealingKey) async throws -> [String] {
        let replicas = try await ReplicaKeys.all(on: try await open())
        let without = replicas.filter { !$0.opens(newest) }
        guard without.isEmpty else {
            throw CommandError.failed(
                "\(without.count) replica(s) do not have the key \(Hex.lower(newest.id)), which is the first here: "
                    + "\(without.map(\.name).joined(separator: ", ")); "
                    + "add it to the TOPRELAY_MASTER_KEY of all replicas behind their own, restart them, and run this again"
            )
        }
        return replicas.filter { !$0.seals(with: newest) }.map(\.name)
    }

    private static func failure(_ summary: SealedValues.Summary) -> CommandError {
        for row in summary.unreadable { Output.errorLine(TerminalText.escaped(row)) }
        return CommandError.failed(
            "\(summary.unreadableCount) value(s) do not open with the keys of TOPRELAY_MASTER_KEY; "
                + "add the key that is missing, or restore damaged rows from a backup, or remove them")
    }
}

/// Shows on standard error how far a walk is, at most once a second for each table, and at the end of each.
private final class ProgressLine {
    private let verb: String
    private var shownAt: ContinuousClock.Instant?

    init(_ verb: String) { self.verb = verb }

    func note(_ table: SealedTable, _ count: Int, _ row: String?) {
        let now = ContinuousClock.now
        if row != nil, let shownAt, now - shownAt < .seconds(1) { return }
        shownAt = row == nil ? nil : now
        guard row != nil || count > 0 else { return }
        let place = row.map { ", at \(TerminalText.escaped($0))" } ?? ""
        Output.errorLine("\(table): \(count) \(verb)\(place)")
    }
}
