public import Crypto
public import Postgres

/// The settings of the commands that work on the database alone (`migrate`, `app`, `session`, `token`, `audit`).
public struct StoreSettings: Sendable {
    /// `DATABASE_URL`.
    public let database: PostgresSettings
    /// `TOPRELAY_MASTER_KEY`; nil when it is neither needed nor set.
    public let masterKey: SealingKey?

    /// Reads these settings and no others, but refuses unknown `TOPRELAY_…` variables.
    /// - Throws: all faults at once.
    public static func read(
        environment: [String: String], needsMasterKey: Bool
    ) throws(SettingsError) -> StoreSettings {
        var reader = SettingsReader(environment: environment)
        let database = reader.required(SettingCatalog.databaseURL)
        let masterKey =
            needsMasterKey ? reader.required(SettingCatalog.masterKey) : reader.optional(SettingCatalog.masterKey)
        reader.refuseUnknown()
        guard let database, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return StoreSettings(database: database, masterKey: masterKey)
    }
}
