import Crypto

/// The place of a sealed value. Table, column and primary key are the associated data of its seal. So a blob that was
/// moved to another row or column does not open.
struct SealedColumn: Sendable, CustomStringConvertible {
    let table: String
    let column: String
    let key: String

    static func appSecret(_ app: String) -> SealedColumn {
        SealedColumn(table: "vault.apps", column: "secret_sealed", key: app)
    }

    static func proxyPassword(_ app: String) -> SealedColumn {
        SealedColumn(table: "vault.apps", column: "proxy_password_sealed", key: app)
    }

    /// App names contain no "/", so app and seller stay distinct.
    static func session(app: String, seller: String) -> SealedColumn {
        SealedColumn(table: "vault.sessions", column: "session_sealed", key: "\(app)/\(seller)")
    }

    static func refreshToken(_ name: SessionName) -> SealedColumn {
        SealedColumn(table: "vault.sessions", column: "refresh_sealed", key: "\(name)")
    }

    static func systemKey(_ name: String, version: Int) -> SealedColumn {
        SealedColumn(table: "vault.keys", column: "sealed", key: "\(name)/\(version)")
    }

    var associatedData: [UInt8] { Array("\(table)/\(column)/\(key)".utf8) }

    /// The table and the primary key.
    var description: String { "\(table)/\(key)" }
}

extension KeyRing {
    /// Opens the value of `column`. The error distinguishes a wrong master key from a blob that was damaged or moved.
    func open(_ blob: [UInt8], at column: SealedColumn) throws(VaultError) -> [UInt8] {
        do {
            return try open(blob, associated: column.associatedData)
        } catch {
            switch error {
            case .otherKey(let sealedUnder, let given):
                throw .wrongMasterKey(sealedWith: sealedUnder, configured: given)
            case .notAuthentic, .unreadableBlob: throw .unreadable(row: column.description)
            case .unavailable, .failed, .unusableKey: throw .cryptography(error)
            }
        }
    }
}
