import Audit
import Crypto
import Curl
package import EventLoop
package import Logging
package import TOP
package import Vault

/// One event loop with all that a call needs: libcurl's multi handle, the connections for the audit trail, and a copy
/// of the vault.
///
/// Everything of a call between its request and its reply happens on this loop's thread; nothing in here is shared, so
/// nothing is locked.
package actor Worker {
    /// The loop that the worker lives on.
    package nonisolated let loop: EventLoop
    /// The worker runs on its loop and nowhere else.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Checks the tokens of requests that arrive on the loop.
    package nonisolated let authorizer: LoopBound<Authorizer>

    let settings: WorkerSettings
    let curl: CurlClient
    let trail: TrailWriter
    let reader: TrailReader
    let freshness: VaultFreshness
    let meters: CallMeters
    let largeCalls: LargeCallGate
    let logger: Logger
    /// Where a ban that TOP puts on an app is told to the other workers.
    let onBan: @Sendable (Ban, _ app: String, _ method: String) -> Void

    var vault: VaultSnapshot?
    /// The apps of the snapshot that have been used, ready to sign. They keep the apps that they are found by.
    var signingApps: [ObjectIdentifier: SigningApp] = [:]
    /// Masks by session, or by app where there is none; as old as the snapshot.
    var secretMasks: [ObjectIdentifier: SecretMask] = [:]
    var bans = Bans()
    var callsInFlight = 0
    var isDraining = false
    var refusalQueue = RejectedRequestQueue()
    var isWritingRefusals = false
    var random = SecureGenerator()
    /// The call's second as TOP wants it, kept for as long as it lasts.
    var timestamp = (epochSeconds: 0, text: "")

    /// A worker made of its parts, which belong to `loop` and to it alone.
    /// - Parameter onBan: told of a ban that TOP puts on an app, or on a method of an app.
    package init(
        loop: EventLoop, settings: WorkerSettings, parts: sending WorkerParts, freshness: VaultFreshness,
        logger: Logger,
        onBan: @escaping @Sendable (Ban, _ app: String, _ method: String) -> Void
    ) {
        self.loop = loop
        self.settings = settings
        authorizer = LoopBound(Authorizer(freshness: freshness, wallClock: settings.wallClock), loop: loop)
        curl = parts.curl
        trail = parts.trail
        reader = parts.reader
        meters = CallMeters()
        largeCalls = LargeCallGate(loop: loop)
        self.freshness = freshness
        self.logger = logger
        self.onBan = onBan
    }

    /// Puts a new copy of the vault in force.
    package func install(_ snapshot: VaultSnapshot) {
        vault = snapshot
        authorizer.value.install(snapshot)
        signingApps = [:]
        secretMasks = [:]
        if let key = snapshot.keys(.fingerprint).first {
            trail.use(FingerprintKey(version: key.version, secret: key.secret))
        }
    }

    /// A ban that another worker met.
    package func note(_ ban: Ban, app: String, method: String) {
        bans.note(ban, app: app, method: method, nowMilliseconds: settings.wallClock())
    }

    /// From now on new calls are refused with `draining`.
    package func drain() { isDraining = true }

    /// Ends the calls under way, because there is no more time for them: those that were sent become `unknown`, those that
    /// wait for their intent are refused, and both are answered and recorded as any other.
    package func cutOff() {
        isDraining = true
        largeCalls.close()
        trail.stopIntents()
        curl.shutdown()
    }

    /// Calls under way.
    package var inFlight: Int { callsInFlight }

    /// Waits until the outcome rows that are queued are committed, until `limit`.
    /// - Returns: how many rows could not be written.
    package func flush(within limit: Duration) async -> Int { await trail.flush(within: limit) }

    /// Ends the worker's connections. Calls under way end first: see `drain`.
    package func close() {
        curl.shutdown()
        trail.close()
        reader.close()
    }
}
