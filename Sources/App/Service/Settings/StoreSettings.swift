package import Crypto
package import Postgres

/// The settings of the commands that need only the database: `migrate`, `app`, `session`, `token` and `audit`.
package struct StoreSettings: Sendable {
    /// `DATABASE_URL`.
    package let database: PostgresSettings
    /// `TOPRELAY_MASTER_KEY`. Nil if it is neither needed nor set.
    package let masterKey: KeyRing?

    /// Reads these settings, and refuses unknown `TOPRELAY_…` variables.
    /// - Throws: all faults at once.
    package static func read(
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
