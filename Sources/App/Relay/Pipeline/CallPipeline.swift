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
/// A pipeline belongs to one worker and runs on the thread of the worker's loop, so it needs no locks. Only large
/// responses are judged elsewhere. It does not know HTTP connections.
package final class CallPipeline {
    let loop: EventLoop
    let settings: WorkerSettings
    let curl: CurlClient
    let trail: TrailWriter
    let reader: TrailReader
    let replySeals: ReplySeals
    let freshness: VaultFreshness
    let metrics = CallMetrics()
    let largeCalls: LargeCallGate
    let rejectedRequests: RejectedRequestWriter
    let logger: Logger
    /// Reports to the other workers that TOP has banned an app, or a method of an app.
    let onBan: @Sendable (VaultBan) -> Void

    /// Gets another key for a session whose key TOP refused; nil without a source of keys.
    let renew: SessionKeyRenewal?
    /// Ends the waits of calls for another session key.
    var waitsForRefresh: [CallID: () -> Void] = [:]

    private(set) var vault: VaultSnapshot?
    /// The apps of the snapshot that calls have used, with their signers. Each value holds the app that is its key.
    var signingApps: [ObjectIdentifier: SigningApp] = [:]
    /// Masks by session, or by app for calls without a session. A new snapshot removes them.
    var secretMasks: [ObjectIdentifier: SecretMask] = [:]
    var bans = Bans()
    private(set) var callsInFlight = 0
    private(set) var isDraining = false
    var random = SecureGenerator()
    /// The current second in TOP's form.
    var timestamp = (epochSeconds: 0, text: "")
    /// Memory for the text that is signed. All calls reuse it.
    var baseString: [UInt8] = []
    /// Memory for the form. Each call gets a copy of the right size.
    var form: [UInt8] = []

    init(
        loop: EventLoop, settings: WorkerSettings, parts: WorkerParts, freshness: VaultFreshness,
        rejectedRequests: RejectedRequestWriter, logger: Logger, renew: SessionKeyRenewal? = nil,
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
        self.renew = renew
        self.onBan = onBan
    }

    /// Uses a new copy of the vault from now on.
    func install(_ snapshot: VaultSnapshot) {
        vault = snapshot
        signingApps = [:]
        secretMasks = [:]
        if let key = snapshot.keys(.fingerprint).first {
            trail.use(FingerprintKey(version: key.version, secret: key.secret))
        }
    }

    /// The current copy of the vault.
    /// - Throws: `audit-unavailable` if PostgreSQL has not confirmed the copy within the last minute. Tokens in it may
    ///   have been withdrawn.
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
        for end in waitsForRefresh.values { end() }
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

    /// Counts a call against the limits. An admitted call must ``leave()`` when it ends.
    /// - Returns: why the call is refused; nil if it is admitted.
    func admit() -> Problem? {
        if isDraining { return Self.stopping }
        guard settings.callLimit.enter() else {
            metrics.refusedByLimit()
            let detail =
                "\(settings.callLimit.maximum) calls are in flight, the limit of this replica; nothing was sent."
            return Problem(.overloaded, detail, retryable: true, retryAfterSeconds: 1)
        }
        guard trail.hasRoom else {
            settings.callLimit.leave()
            metrics.refusedByQueue()
            let detail = "Too many outcome rows wait for the relay's database; nothing was sent."
            return Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 5)
        }
        callsInFlight += 1
        return nil
    }

    /// Ends a call that was admitted.
    func leave() {
        callsInFlight -= 1
        settings.callLimit.leave()
    }

    /// Waits until a call with a large body may be checked and recorded. The wait takes at most half of the intent's
    /// time. The other half is for writing the intent.
    /// - Returns: nil if the wait took too long.
    func largeCallPass(bytes: Int, receivedAt: UInt64, timeout: Duration) async -> LargeCallGate.Pass? {
        let clock = CallClock(receivedAt: receivedAt, timeout: timeout, wallClock: settings.wallClock)
        let deadline = clock.start + (clock.intentDeadline - clock.start) / 2
        return await largeCalls.enter(bytes: bytes, until: deadline)
    }
}
