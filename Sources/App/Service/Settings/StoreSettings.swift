package import Crypto
package import Postgres

/// The settings of the commands that need only the database: `migrate`, `app`, `session`, `token` and `audit`.
package struct StoreSettings: Sendable {
    /// `DATABASE_URL`.
    package let database: PostgresSettings
    /// The master keys. Nil if they are neither needed nor set.
    package let masterKey: KeyRing?

    /// Reads these settings, and refuses unknown `TOPRELAY_…` variables.
    /// - Throws: all faults at once.
    package static func read(
        environment: [String: String], needsMasterKey: Bool
    ) throws(SettingsError) -> StoreSettings {
        var reader = SettingsReader(environment: environment)
        let settings = StoreSettings(&reader, needsMasterKey: needsMasterKey)
        reader.refuseUnknown()
        guard let settings, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return settings
    }

    /// Nil if the database is not known. The reader notes the faults.
    init?(_ reader: inout SettingsReader, needsMasterKey: Bool) {
        let database = reader.required(SettingDefinitions.databaseURL)
        masterKey = reader.masterKey(isNeeded: needsMasterKey)
        guard let database else { return nil }
        self.database = database
    }
}
