package import Vault

/// The settings of `doctor`: the database, and the way to TOP.
package struct GatewaySettings: Sendable {
    /// The database and the master keys.
    package let store: StoreSettings
    /// `TOPRELAY_GATEWAY_URL`.
    package let gatewayURL: GatewayURL
    /// `TOPRELAY_CA_FILE`. Nil means the system's certificates.
    package let caFile: String?

    /// Reads these settings, and refuses unknown `TOPRELAY_…` variables.
    /// - Throws: all faults at once.
    package static func read(environment: [String: String]) throws(SettingsError) -> GatewaySettings {
        var reader = SettingsReader(environment: environment)
        let store = StoreSettings(&reader, needsMasterKey: true)
        let gatewayURL = reader.required(SettingDefinitions.gatewayURL)
        let caFile = reader.optional(SettingDefinitions.caFile)
        reader.refuseUnknown()
        guard let store, let gatewayURL, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return GatewaySettings(store: store, gatewayURL: gatewayURL, caFile: caFile)
    }
}
