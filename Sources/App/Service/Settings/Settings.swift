package import Audit
package import Crypto
import FoundationEssentials
package import HTTPServer
package import Logging
package import Postgres
package import Telemetry
package import Vault

/// The checked settings of the service. `SettingDefinitions` explains each of them.
package struct Settings: Sendable {
    /// `DATABASE_URL`.
    package let database: PostgresSettings
    /// `TOPRELAY_MASTER_KEY`, or what `TOPRELAY_MASTER_KEY_COMMAND` prints.
    package let masterKey: KeyRing
    /// `TOPRELAY_LISTEN`.
    package let listen: ListenAddress
    /// `TOPRELAY_GATEWAY_URL`.
    package let gatewayURL: GatewayURL
    /// `TOPRELAY_PUBLIC_URL` without a slash at its end. Nil means that sellers cannot authorise apps.
    package let publicURL: String?
    /// `TOPRELAY_CA_FILE`. Nil means the system's certificates.
    package let caFile: String?
    /// `TOPRELAY_CALL_TIMEOUT`.
    package let callTimeout: Duration
    /// `TOPRELAY_CATALOG`. Nil means only the embedded entries.
    package let catalogFolder: String?
    /// `TOPRELAY_WORKERS`.
    package let workers: Int
    /// `TOPRELAY_LOG_LEVEL`.
    package let logLevel: Logger.Level
    /// `TOPRELAY_LOG_FORMAT`.
    package let logFormat: LogFormat
    /// `TOPRELAY_DRAIN_DELAY`.
    package let drainDelay: Duration
    /// `TOPRELAY_SHUTDOWN_TIMEOUT`. The default is the call timeout and 15 s more.
    package let shutdownTimeout: Duration
    /// `TOPRELAY_MAX_CONNECTIONS`.
    package internal(set) var maximumConnections: Int
    /// The number of connections above `maximumConnections` that may wait for their 503.
    package internal(set) var maximumRefusals = 256
    /// The number of idle connections to TOP that each worker keeps.
    package internal(set) var maximumIdleTOPConnections = 256
    /// `TOPRELAY_MAX_CALLS_IN_FLIGHT`.
    package internal(set) var maximumCallsInFlight: Int
    /// `TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT`.
    package let maximumBodyBytes: Int
    /// `TOPRELAY_REQUEST_TIMEOUT`.
    package let requestTimeout: Duration
    /// `TOPRELAY_IDLE_TIMEOUT`.
    package let idleTimeout: Duration
    /// `TOPRELAY_OUTCOME_QUEUE_ROWS`.
    package let outcomeQueueRows: Int
    /// `TOPRELAY_OUTCOME_QUEUE_MIB`, in bytes.
    package let outcomeQueueBytes: Int
    /// `TOPRELAY_RETENTION_BODIES`, `TOPRELAY_RETENTION_CALLS` and `TOPRELAY_RETENTION_SEALED`.
    package let retention: Retention

    /// Reads all settings of `serve`.
    /// - Throws: all faults at once, including unknown `TOPRELAY_…` variables.
    package static func read(environment: [String: String]) throws(SettingsError) -> Settings {
        var reader = SettingsReader(environment: environment)
        let settings = Settings(&reader)
        reader.refuseUnknown()
        guard let settings, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return settings
    }

    /// Reads all settings before it gives up, so that all faults are found.
    private init?(_ reader: inout SettingsReader) {
        let database = reader.required(SettingDefinitions.databaseURL)
        let masterKey = reader.masterKey(isNeeded: true)
        let listen = reader.required(SettingDefinitions.listen)
        let gatewayURL = reader.required(SettingDefinitions.gatewayURL)
        let publicURL = reader.optional(SettingDefinitions.publicURL)?.text
        self.publicURL = publicURL?.last == "/" ? String(publicURL?.dropLast() ?? "") : publicURL
        caFile = reader.optional(SettingDefinitions.caFile)
        let callTimeout = reader.required(SettingDefinitions.callTimeout)
        catalogFolder = reader.optional(SettingDefinitions.catalog)
        let workers = reader.required(SettingDefinitions.workers)
        let logLevel = reader.required(SettingDefinitions.logLevel)
        let logFormat = reader.required(SettingDefinitions.logFormat)
        let drainDelay = reader.required(SettingDefinitions.drainDelay)
        let shutdownTimeout = reader.optional(SettingDefinitions.shutdownTimeout)
        let maximumConnections = reader.required(SettingDefinitions.maximumConnections)
        let maximumCallsInFlight = reader.required(SettingDefinitions.maximumCallsInFlight)
        let maximumBodyBytes = reader.required(SettingDefinitions.maximumBodyBytes)
        let requestTimeout = reader.required(SettingDefinitions.requestTimeout)
        let idleTimeout = reader.required(SettingDefinitions.idleTimeout)
        let outcomeQueueRows = reader.required(SettingDefinitions.outcomeQueueRows)
        let outcomeQueueMebibytes = reader.required(SettingDefinitions.outcomeQueueMebibytes)
        let retentionBodies = reader.required(SettingDefinitions.retentionBodies)
        let retentionCalls = reader.required(SettingDefinitions.retentionCalls)
        let retentionSealed = reader.required(SettingDefinitions.retentionSealed)
        guard let database, let masterKey, let listen, let gatewayURL, let callTimeout, let workers, let logLevel,
            let logFormat, let drainDelay, let maximumConnections, let maximumCallsInFlight,
            let maximumBodyBytes, let requestTimeout, let idleTimeout, let outcomeQueueRows, let outcomeQueueMebibytes,
            let retentionBodies, let retentionCalls, let retentionSealed
        else { return nil }
        self.database = database
        self.masterKey = masterKey
        self.listen = listen
        self.gatewayURL = gatewayURL
        self.callTimeout = callTimeout
        self.workers = workers.count
        self.logLevel = logLevel
        self.logFormat = logFormat
        self.drainDelay = drainDelay
        self.shutdownTimeout = shutdownTimeout ?? callTimeout + .seconds(15)
        self.maximumConnections = maximumConnections
        self.maximumCallsInFlight = maximumCallsInFlight
        self.maximumBodyBytes = maximumBodyBytes
        self.requestTimeout = requestTimeout
        self.idleTimeout = idleTimeout
        self.outcomeQueueRows = outcomeQueueRows
        outcomeQueueBytes = outcomeQueueMebibytes << 20
        retention = Retention(
            bodyDays: retentionBodies, callDays: retentionCalls, sealedDays: retentionSealed)
    }
}

/// The number of workers.
package struct WorkerCount: Sendable, Equatable {
    /// The largest number of workers.
    package static let maximum = 64

    /// The number, 1–64.
    package let count: Int

    /// Reads `auto` or a number; nil for anything else. `auto` is one worker for every two processors, because
    /// PostgreSQL and the kernel need the others.
    init?(_ text: String, processors: Int = ProcessInfo.processInfo.activeProcessorCount) {
        if text == "auto" {
            count = min(max(processors / 2, 1), Self.maximum)
        } else if let number = try? Setting<Int>.number(text, in: 1...Self.maximum, of: "workers") {
            count = number
        } else {
            return nil
        }
    }
}
