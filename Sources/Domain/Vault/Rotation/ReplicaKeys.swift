import Bytes
package import Crypto
package import Postgres

/// The master keys that a running replica has. Each replica announces the ids of its keys as the name of its
/// connection, which ends with the replica.
package struct ReplicaKeys: Sendable {
    private static let prefix = "toprelay keys "
    /// PostgreSQL cuts longer names.
    private static let maximumNameLength = 63

    /// The address and the process of the connection, for the operator.
    package let name: String
    /// The ids of the keys as eight hexadecimal digits, the sealing one first. Those after the sixth are left out.
    let ids: [String]

    /// Whether the replica opens values of a key.
    package func opens(_ key: SealingKey) -> Bool { ids.contains(Hex.lower(key.id)) }

    /// Whether the replica seals with a key.
    package func seals(with key: SealingKey) -> Bool { ids.first == Hex.lower(key.id) }

    /// The replicas that are connected to the database.
    package static func all(on connection: PostgresConnection) async throws(VaultError) -> [ReplicaKeys] {
        let rows = try await connection.vaultQuery(
            """
            SELECT coalesce(host(client_addr), 'local') || ' (backend ' || pid || ')', application_name
            FROM pg_stat_activity
            WHERE datname = current_database() AND starts_with(application_name, $1) ORDER BY 1
            """, [.text(prefix)], timeout: .seconds(10))
        return rows.map { row in
            ReplicaKeys(name: row[0].text ?? "", ids: Field.words(after: prefix, in: row[1].text ?? ""))
        }
    }

    /// The number of connections to the database whose names this user may not see. They can be those of replicas.
    package static func hiddenConnections(on connection: PostgresConnection) async throws(VaultError) -> Int {
        let rows = try await connection.vaultQuery(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query = '<insufficient privilege>'
            """, timeout: .seconds(10))
        return Int(rows.first?[0].integer ?? 0)
    }

    /// The name of a connection of a replica with these keys.
    static func connectionName(_ key: KeyRing) -> String {
        var name = prefix + Hex.lower(key.newest.id)
        for other in key.keys.dropFirst() where name.utf8.count + 9 <= maximumNameLength {
            name += " " + Hex.lower(other.id)
        }
        return name
    }
}

extension Field {
    fileprivate static func words(after prefix: String, in text: String) -> [String] {
        text.dropFirst(prefix.count).split(separator: " ").map(String.init)
    }
}
