import Audit
import Crypto
import Curl
import EventLoop
import Logging
import Problems
import TOP
import Vault

/// The path of a call: admit, prepare, record the intent, sign, send, judge, record the completion, reply.
///
/// A pipeline belongs to one worker. All of it runs on the thread of the worker's loop, so nothing in it is locked. It
/// knows nothing of HTTP connections.
package final class CallPipeline {
    let loop: EventLoop
    let settings: WorkerSettings
    let curl: CurlClient
    let trail: TrailWriter
    let reader: TrailReader
    let replySeals: ReplySeals
    let freshness: VaultFreshness
    let meters = CallMeters()
    let largeCalls: LargeCallGate
    let rejectedRequests: RejectedRequestWriter
    let logger: Logger
    /// Tells the other workers of a ban that TOP put on an app, or on a method of an app.
    let onBan: @Sendable (VaultBan) -> Void

    private(set) var vault: VaultSnapshot?
    /// The apps of the snapshot that have been used, ready to sign. They keep the apps that they are found by.
    var signingApps: [ObjectIdentifier: SigningApp] = [:]
    /// Masks by session, or by app for calls without a session. They are as old as the snapshot.
    var secretMasks: [ObjectIdentifier: SecretMask] = [:]
    var bans = Bans()
    private(set) var callsInFlight = 0
    private(set) var isDraining = false
    var random = SecureGenerator()
    /// The current second as TOP writes it.
    var timestamp = (epochSeconds: 0, text: "")
    /// Memory for the text that is signed. It serves one call after the other.
    var baseString: [UInt8] = []
    /// Memory for the form, of which each call gets a copy of the right size.
    var form: [UInt8] = []

    init(
        loop: EventLoop, settings: WorkerSettings, parts: WorkerParts, freshness: VaultFreshness,
        rejectedRequests: RejectedRequestWriter, logger: Logger,
        onBan: @escaping @Sendable (VaultBan) -> Void
    ) {
        self.loop = loop
        self.settings = settings
        curl = parts.curl
        trail = parts.trail
        reader = parts.reader
        replySeals = parts.replySeals
        self.freshness = freshness
        largeCalls = LargeCallGate(loop: loop)
        self.rejectedRequests = rejectedRequests
        self.logger = logger
        self.onBan = onBan
    }

    /// Puts a new copy of the vault in force.
    func install(_ snapshot: VaultSnapshot) {
        vault = snapshot
        signingApps = [:]
        secretMasks = [:]
        if let key = snapshot.keys(.fingerprint).first {
            trail.use(FingerprintKey(version: key.version, secret: key.secret))
        }
    }

    /// The current copy of the vault. A copy that PostgreSQL has not confirmed lately is refused, because a token in it
    /// may have been withdrawn.
    func currentVault() throws(Problem) -> VaultSnapshot {
        guard let vault, freshness.isFresh() else { throw .staleVault }
        return vault
    }

    /// Notes what another worker or replica tells of bans.
    func note(_ notice: BanNotice) { bans.note(notice, nowMilliseconds: settings.wallClock()) }

    /// Refuses new calls from now on.
    func drain() { isDraining = true }

    /// Ends the calls in flight. Calls that were sent become `unknown`. Calls that wait for their intent are refused.
    func cutOff() {
        isDraining = true
        largeCalls.close()
        trail.stopIntents()
        curl.shutdown()
    }

    /// Ends the connections. Calls in flight must have ended.
    func close() {
        curl.shutdown()
        trail.close()
    }
}

// MARK: - Admission

extension CallPipeline {
    static var stopping: Problem {
        Problem(.draining, "This replica is stopping; nothing was sent.", retryable: true, retryAfterSeconds: 1)
    }

    /// Takes a place for a call. A call that was admitted must leave in the end.
    /// - Returns: why there is no place; nil if the call was admitted.
    func admit() -> Problem? {
        if isDraining { return Self.stopping }
        guard settings.callLimit.enter() else {
            meters.refusedByLimit()
            let detail =
                "\(settings.callLimit.maximum) calls are under way, the limit of this replica; nothing was sent."
            return Problem(.overloaded, detail, retryable: true, retryAfterSeconds: 1)
        }
        guard trail.hasRoom else {
            settings.callLimit.leave()
            meters.refusedByQueue()
            let detail = "Too many outcome rows wait for the relay's database; nothing was sent."
            return Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 5)
        }
        callsInFlight += 1
        return nil
    }

    /// Gives the place of a call back.
    func leave() {
        callsInFlight -= 1
        settings.callLimit.leave()
    }

    /// Waits until a call with a large body may be checked and recorded. The call waits for half of the time that its
    /// intent has. The other half is for writing the intent.
    /// - Returns: nil if that takes too long.
    func largeCallPass(bytes: Int, receivedAt: UInt64, timeout: Duration) async -> LargeCallGate.Pass? {
        let clock = CallClock(receivedAt: receivedAt, timeout: timeout, wallClock: settings.wallClock)
        let deadline = clock.start + (clock.intentDeadline - clock.start) / 2
        return await largeCalls.enter(bytes: bytes, until: deadline)
    }
}
