public import Audit
public import Crypto
public import HTTPServer
public import Logging
public import Postgres
public import Telemetry
public import Vault

/// The settings of the service, read and checked. `SettingCatalog` says what each is for.
public struct Settings: Sendable {
    /// `DATABASE_URL`.
    public let database: PostgresSettings
    /// `TOPRELAY_MASTER_KEY`.
    public let masterKey: SealingKey
    /// `TOPRELAY_LISTEN`.
    public let listen: ListenAddress
    /// `TOPRELAY_GATEWAY_URL`.
    public let gatewayURL: GatewayURL
    /// `TOPRELAY_CA_FILE`; nil: the system's certificates.
    public let caFile: String?
    /// `TOPRELAY_CALL_TIMEOUT`.
    public let callTimeout: Duration
    /// `TOPRELAY_CATALOG`; nil: the embedded entries alone.
    public let catalogFolder: String?
    /// `TOPRELAY_WORKERS`.
    public let workers: Int
    /// `TOPRELAY_LOG_LEVEL`.
    public let logLevel: Logger.Level
    /// `TOPRELAY_LOG_FORMAT`.
    public let logFormat: LogFormat
    /// `TOPRELAY_DRAIN_DELAY`.
    public let drainDelay: Duration
    /// `TOPRELAY_SHUTDOWN_TIMEOUT`; unset: the call timeout and 15 s more.
    public let shutdownTimeout: Duration
    /// `TOPRELAY_MAX_CONNECTIONS`.
    public internal(set) var maximumConnections: Int
    /// Connections above `maximumConnections` that may wait for their 503 at once.
    public internal(set) var maximumRefusals = 256
    /// Connections to TOP that each worker keeps open between calls.
    public internal(set) var maximumIdleTOPConnections = 256
    /// `TOPRELAY_MAX_CALLS_IN_FLIGHT`.
    public internal(set) var maximumCallsInFlight: Int
    /// `TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT`.
    public let maximumBodyBytes: Int
    /// `TOPRELAY_REQUEST_TIMEOUT`.
    public let requestTimeout: Duration
    /// `TOPRELAY_IDLE_TIMEOUT`.
    public let idleTimeout: Duration
    /// `TOPRELAY_OUTCOME_QUEUE_ROWS`.
    public let outcomeQueueRows: Int
    /// `TOPRELAY_OUTCOME_QUEUE_MIB`, in bytes.
    public let outcomeQueueBytes: Int
    /// `TOPRELAY_RETENTION_BODIES`, `TOPRELAY_RETENTION_CALLS` and `TOPRELAY_RETENTION_SEALED`.
    public let retention: Retention

    /// Reads all settings of `serve`.
    /// - Throws: all faults at once, unknown `TOPRELAY_…` variables among them.
    public static func read(environment: [String: String]) throws(SettingsError) -> Settings {
        var reader = SettingsReader(environment: environment)
        let settings = Settings(&reader)
        reader.refuseUnknown()
        guard let settings, reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return settings
    }

    /// Reads every setting before the first fault counts, so that all faults are found.
    private init?(_ reader: inout SettingsReader) {
        typealias Catalog = SettingCatalog
        let database = reader.required(Catalog.databaseURL)
        let masterKey = reader.required(Catalog.masterKey)
        let listen = reader.required(Catalog.listen)
        let gatewayURL = reader.required(Catalog.gatewayURL)
        caFile = reader.optional(Catalog.caFile)
        let callTimeout = reader.required(Catalog.callTimeout)
        catalogFolder = reader.optional(Catalog.catalog)
        let workers = reader.required(Catalog.workers)
        let logLevel = reader.required(Catalog.logLevel)
        let logFormat = reader.required(Catalog.logFormat)
        let drainDelay = reader.required(Catalog.drainDelay)
        let shutdownTimeout = reader.optional(Catalog.shutdownTimeout)
        let maximumConnections = reader.required(Catalog.maximumConnections)
        let maximumCallsInFlight = reader.required(Catalog.maximumCallsInFlight)
        let maximumBodyBytes = reader.required(Catalog.maximumBodyBytes)
        let requestTimeout = reader.required(Catalog.requestTimeout)
        let idleTimeout = reader.required(Catalog.idleTimeout)
        let outcomeQueueRows = reader.required(Catalog.outcomeQueueRows)
        let outcomeQueueMebibytes = reader.required(Catalog.outcomeQueueMebibytes)
        let retentionBodies = reader.required(Catalog.retentionBodies)
        let retentionCalls = reader.required(Catalog.retentionCalls)
        let retentionSealed = reader.required(Catalog.retentionSealed)
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
