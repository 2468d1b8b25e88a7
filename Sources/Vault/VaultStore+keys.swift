import Crypto
import Postgres

extension VaultStore {
    /// Makes the system's keys where they are missing, and opens them: safe to be called by any number of replicas at
    /// once, all get the same keys.
    /// - Throws: `.wrongMasterKey` when the vault is sealed with another key; `.notMigrated` when it is not there.
    @discardableResult
    public func ensureKeys() async throws(VaultError) -> [SystemKey] {
        let keys = try await readKeys()
        if Self.isComplete(keys) { return keys }
        return try await change { () async throws(VaultError) in try await ensureKeysInChange() }
    }

    func ensureKeysInChange() async throws(VaultError) -> [SystemKey] {
        let known = try await readKeys()
        if Self.isComplete(known) { return known }
        guard let key else { throw .noMasterKey }
        for name in SystemKey.Name.allCases where !known.contains(where: { $0.name == name }) {
            let sealed: [UInt8]
            do {
                sealed = try key.seal(
                    SecureRandom.bytes(SystemKey.length),
                    associated: SealedColumn.systemKey(name.rawValue, version: 1).associatedData)
            } catch {
                throw .cryptography(error)
            }
            _ = try await query(
                "INSERT INTO vault.keys (name, version, sealed) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING",
                [.text(name.rawValue), .bytes(sealed)])
        }
        return try await readKeys()
    }

    private func readKeys() async throws(VaultError) -> [SystemKey] {
        guard let key else { throw .noMasterKey }
        var keys: [SystemKey] = []
        for row in try await query("SELECT name, version, sealed FROM vault.keys ORDER BY name, version") {
            keys.append(try SystemKey(row: row, opening: key))
        }
        return keys
    }

    private static func isComplete(_ keys: [SystemKey]) -> Bool {
        SystemKey.Name.allCases.allSatisfy { name in keys.contains { $0.name == name } }
    }
}

extension SystemKey {
    /// Opens a row of name, version and sealed key.
    init(row: Row, opening key: SealingKey) throws(VaultError) {
        let version = Int(row[1].integer ?? 0)
        let column = SealedColumn.systemKey(row[0].text ?? "", version: version)
        guard let name = row[0].text.flatMap(Name.init(rawValue:)) else {
            throw .unexpected(row: column.description, column: "name")
        }
        guard let blob = row[2].bytes else { throw .unexpected(row: column.description, column: "sealed") }
        let secret = Secret(bytes: try key.open(blob, at: column))
        self.init(name: name, version: version, secret: secret)
    }
}
