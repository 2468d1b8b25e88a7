package import Crypto
package import Curl
package import EventLoop
package import Logging
import Metrics
package import Postgres
import Telemetry
package import Vault

/// Gets session keys from TOP: for the codes of sellers who authorise an app, and for refresh tokens.
///
/// The module Credentials talks to TOP's OAuth and to the vault. It must not know calls or HTTP servers. One authority
/// serves a replica, on a loop outside the path of calls. PostgreSQL's advisory locks make replicas take turns, and end
/// with the connection of a replica that dies.
package actor SessionAuthority {
    /// What an authority needs to know.
    package struct Settings: Sendable {
        /// The database of the vault.
        package var database: PostgresSettings
        /// Opens and seals the vault.
        package var masterKey: KeyRing
        /// The gateway of apps without one of their own.
        package var gatewayURL: String
        /// Certificates to trust instead of the system's.
        package var caFile: String?
        /// The address under which sellers reach the relay, without a slash at its end. Nil if they cannot.
        package var publicURL: String?
        /// The name of the replica, for the record of changes.
        package var replica: String
        /// The time of day, in milliseconds since 1970.
        package var wallClock: @Sendable () -> Int64

        /// All members.
        package init(
            database: PostgresSettings, masterKey: KeyRing, gatewayURL: String, caFile: String? = nil,
            publicURL: String? = nil, replica: String, wallClock: @escaping @Sendable () -> Int64
        ) {
            self.database = database
            self.masterKey = masterKey
            self.gatewayURL = gatewayURL
            self.caFile = caFile
            self.publicURL = publicURL
            self.replica = replica
            self.wallClock = wallClock
        }
    }

    /// The path of the callback below the public address.
    package static let callbackPath = "/v1/oauth/callback"
    /// The sessions that are refreshed at the same time.
    static let concurrentRefreshes = 3

    /// The authority's loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated let loop: EventLoop
    let settings: Settings
    let logger: Logger
    let client: OAuthClient
    /// The author of refreshes, for the record of changes.
    nonisolated var author: ChangeAuthor { ChangeAuthor(actor: "toprelay", origin: settings.replica) }
    /// Connections for refreshes. Each refresh holds one, and with it the lock of its session.
    let refreshPool: PostgresPool
    /// A connection for authorisations, which must not wait for refreshes.
    let authorisationPool: PostgresPool
    private let curl: CurlClient

    private(set) var vault: VaultSnapshot?
    /// Refreshes in progress. All calls that need one wait for the same.
    var refreshes: [SessionName: Task<SellerSession?, Never>] = [:]
    /// When this replica last refreshed a session because TOP refused its key, on the clock of `EventLoop.now()`.
    var forcedAt: [SessionName: UInt64] = [:]
    /// What was noted of sessions and is not stored yet.
    var pendingUses: [SessionName: SessionUse.Noted] = [:]
    let refreshed = Counter(label: "toprelay_session_refreshes_total", dimensions: [("result", "refreshed")])
    let refused = Counter(label: "toprelay_session_refreshes_total", dimensions: [("result", "refused")])
    let failed = Counter(label: "toprelay_session_refreshes_total", dimensions: [("result", "failed")])

    /// Makes an authority that is not connected yet. It needs a snapshot of the vault.
    package init(settings: Settings, loop: EventLoop, logger: Logger) throws(CurlError) {
        self.settings = settings
        self.loop = loop
        self.logger = logger
        let curl = try CurlClient(loop: loop)
        self.curl = curl
        client = OAuthClient(
            curl: curl, gatewayURL: settings.gatewayURL, caFile: settings.caFile, wallClock: settings.wallClock)
        refreshPool = PostgresPool(
            loop: loop, settings: settings.database, size: Self.concurrentRefreshes, maximumWaiting: 1000,
            waitTimeout: .seconds(20))
        authorisationPool = PostgresPool(loop: loop, settings: settings.database, size: 1)
    }

    /// Puts a new copy of the vault in force. Call it on the loop's thread.
    package nonisolated func install(_ snapshot: VaultSnapshot) {
        assumeIsolated { authority in
            authority.collectUses()
            authority.vault = snapshot
        }
    }

    /// Ends the connections.
    package func close() {
        curl.shutdown()
        refreshPool.close()
        authorisationPool.close()
    }

    /// Adds what the sessions of the current copy have noted to what is to be stored.
    func collectUses() {
        guard let vault else { return }
        for session in vault.allSessions {
            guard let noted = session.use.take() else { continue }
            pendingUses[session.name] = pendingUses[session.name]?.merged(with: noted) ?? noted
        }
    }
}
