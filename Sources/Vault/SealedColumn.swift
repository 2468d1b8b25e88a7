/// Where a sealed value stands. Table, column and primary key are the associated data of its seal, so that a blob that
/// is moved to another row or column does not open there.
struct SealedColumn: Sendable, CustomStringConvertible {
    private let table: String
    private let column: String
    private let key: String

    static func appSecret(_ app: String) -> SealedColumn {
        SealedColumn(table: "vault.apps", column: "secret_sealed", key: app)
    }

    /// Names of apps hold no "/", so app and seller cannot run into each other.
    static func session(app: String, seller: String) -> SealedColumn {
        SealedColumn(table: "vault.sessions", column: "session_sealed", key: "\(app)/\(seller)")
    }

    static func systemKey(_ name: String, version: Int) -> SealedColumn {
        SealedColumn(table: "vault.keys", column: "sealed", key: "\(name)/\(version)")
    }

    var associatedData: [UInt8] { Array("\(table)/\(column)/\(key)".utf8) }

    /// Table and primary key.
    var description: String { "\(table)/\(key)" }
}
