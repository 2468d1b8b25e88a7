public import Crypto
public import Postgres

/// The settings of the commands that need only the database: `migrate`, `app`, `session`, `token` and `audit`.
public struct StoreSettings: Sendable {
    /// `DATABASE_URL`.
    public let database: PostgresSettings
    /// `TOPRELAY_MASTER_KEY`. Nil if it is neither needed nor set.
    public let masterKey: SealingKey?

    /// Reads these settings, and refuses unknown `TOPRELAY_…` variables.
    /// - Throws: all faults at once.
    public static func read(
        environment: [String: String], needsMasterKey: Bool
    ) throws(SettingsError) -> StoreSettings {
        var reader = SettingsReader(environment: environment)
        let database = reader.required(SettingDefinitions.databaseURL)
        let masterKey =
            needsMasterKey
            ? reader.required(SettingDefinitions.masterKey) : reader.optional(SettingDefinitions.masterKey)
        reader.refuseUnknown()
        guard let database, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return StoreSettings(database: database, masterKey: masterKey)
    }
}
