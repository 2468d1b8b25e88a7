import Bytes
import Crypto
import JSON
import Postgres

extension VaultStore {
    /// Creates missing system keys, and opens all of them. Any number of replicas may call it at once, and all get the
    /// same keys.
    /// - Throws: `.wrongMasterKey` if the vault is sealed with another key; `.notMigrated` if its tables are missing.
    @discardableResult
    package func ensureKeys() async throws(VaultError) -> [SystemKey] {
        let keys = try await readKeys()
        if Self.isComplete(keys) { return keys }
        return try await change { () async throws(VaultError) in try await ensureKeysInChange() }
    }

    /// Makes a new key for the fingerprints of business keys. Replicas use it within a second. The old keys stay, so
    /// that older fingerprints can be found.
    /// - Returns: the version of the new key.
    package func rotateFingerprintKey() async throws(VaultError) -> Int {
        try await change { () async throws(VaultError) in
            let last = try await ensureKeysInChange().filter { $0.name == .fingerprint }.map(\.version).max() ?? 0
            guard let key else { throw .noMasterKey }
            try await insert(.fingerprint, version: last + 1, sealedWith: key)
            try await checkRoom(in: "vault.keys")
            try await record("key.rotate", "fingerprint")
            return last + 1
        }
    }

    /// Records in the vault's events that a rotation of the master key begins.
    package func recordRotation() async throws(VaultError) {
        guard let key else { throw .noMasterKey }
        try await record("key.rotate", "master") { json in
            json.name("key")
            json.string(Hex.lower(key.newest.id))
        }
    }

    /// The versions of the keys, and when each was made in milliseconds since 1970. It never returns the keys.
    package func listKeys() async throws(VaultError) -> [(name: String, version: Int, createdAt: Int64)] {
        try await query(
            """
            SELECT name, version, (extract(epoch FROM created_at) * 1000)::bigint FROM vault.keys ORDER BY name, version LIMIT $1
            """, [.integer(Int64(rowLimit))]
        ).map { ($0[0].text ?? "", Int($0[1].integer ?? 0), $0[2].integer ?? 0) }
    }

    private func insert(_ name: SystemKey.Name, version: Int, sealedWith key: KeyRing) async throws(VaultError) {
        let sealed: [UInt8]
        do {
            sealed = try key.seal(
                SecureRandom.bytes(SystemKey.length),
                associated: SealedColumn.systemKey(name.rawValue, version: version).associatedData)
        } catch {
            throw .cryptography(error)
        }
        _ = try await query(
            "INSERT INTO vault.keys (name, version, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.text(name.rawValue), .integer(Int64(version)), .bytes(sealed)])
    }

    func ensureKeysInChange() async throws(VaultError) -> [SystemKey] {
        let known = try await readKeys()
        if Self.isComplete(known) { return known }
        guard let key else { throw .noMasterKey }
        for name in SystemKey.Name.allCases where !known.contains(where: { $0.name == name }) {
            try await insert(name, version: 1, sealedWith: key)
        }
        return try await readKeys()
    }

    /// Makes the fingerprints that reads show instead of secrets. Without a master key there are none.
    func secretPrints() async throws(VaultError) -> SecretPrints? {
        guard let key else { return nil }
        // The oldest version stays for ever, so a rotation does not change the fingerprints.
        let oldest = try await readKeys().filter { $0.name == .fingerprint }.min { $0.version < $1.version }
        return oldest.map { SecretPrints(ring: key, printKey: $0.secret) }
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

/// Makes fingerprints of sealed secrets. They are keyed, so that nobody can try secrets against them.
struct SecretPrints {
    let ring: KeyRing
    let printKey: Secret

    /// The first 8 hex digits of an HMAC-SHA-256; nil for a secret that does not open.
    func fingerprint(of sealed: [UInt8]?, at column: SealedColumn) -> String? {
        guard let sealed, let plain = try? ring.open(sealed, associated: column.associatedData),
            let hash = try? HMAC.sha256(key: printKey.bytes, Array("secret/".utf8) + plain)
        else { return nil }
        return Hex.lower(Array(hash.prefix(4)))
    }
}

extension SystemKey {
    /// Opens a row with the name, the version and the sealed key.
    init(row: Row, opening key: KeyRing) throws(VaultError) {
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
