import Audit
import EventLoop
import Problems
import TOP
package import Vault

/// Gets another key for a session whose key TOP refused; nil if there is none. It may take long.
package typealias SessionKeyRenewal = @Sendable (SellerSession) async -> SellerSession?

// A call whose session key TOP refused was not executed. It is made once more with a new key, as a call of its own.
extension CallPipeline {
    /// Gets another session key and repeats the call, or gives its caller the answer of the first call. The wait ends
    /// with the time of the call.
    func refresh(_ call: PreparedCall, orAnswer first: Reply, _ reply: @escaping ReplyHandler) {
        guard let renew, let session = call.session, EventLoop.now() < call.clock.intentDeadline else {
            leave()
            return reply(first)
        }
        // The copy of the vault may have the new key already.
        if let known = try? vault?.resolveSession(
            app: call.app.app, seller: session.seller, now: call.clock.startMilliseconds), known.key != session.key,
            !isBanned(call)
        {
            return makeAgain(call, with: known, orAnswer: first, reply)
        }
        var timer: LoopTimer?
        var isOver = false
        let proceed = { [self] (renewed: SellerSession?) in
            guard !isOver else { return }
            isOver = true
            timer?.cancel()
            waitsForRefresh[call.id] = nil
            guard let renewed, !isBanned(call) else {
                leave()
                return reply(first)
            }
            makeAgain(call, with: renewed, orAnswer: first, reply)
        }
        timer = loop.schedule(at: call.clock.intentDeadline) { proceed(nil) }
        waitsForRefresh[call.id] = { proceed(nil) }
        let bound = LoopBound(proceed, loop: loop)
        Task(executorPreference: loop) {
            let renewed = await renew(session)
            bound.value(renewed)
        }
    }

    private func isBanned(_ call: PreparedCall) -> Bool {
        let now = settings.wallClock()
        return bans.remainingSeconds(app: call.app.app.name, method: call.method, nowMilliseconds: now) != nil
    }

    /// Makes the repeat. With an idempotency key it is the next run of the key.
    private func makeAgain(
        _ first: PreparedCall, with session: SellerSession, orAnswer answer: Reply, _ reply: @escaping ReplyHandler
    ) {
        let clock = CallClock(repeating: first.clock, wallClock: settings.wallClock)
        let id = CallID.make(epochMilliseconds: clock.startMilliseconds, using: &random)
        let call = PreparedCall(repeating: first, with: session, id: id, clock: clock)
        metrics.repeated()
        guard let (key, run) = first.claim else { return relay(call, reply) }
        call.claim = (key, run + 1)
        let intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        let (pipeline, bound) = (LoopBound(self, loop: loop), LoopBound((call, intent), loop: loop))
        Task(executorPreference: loop) {
            let (call, intent) = bound.value
            await pipeline.value.claim(key, run: run + 1, for: call, intent, orAnswer: answer, reply)
        }
    }

    /// Claims the next run of the key. If another call has claimed it meanwhile, that call is the repeat.
    private func claim(
        _ key: IdempotencyClaim, run: Int, for call: PreparedCall, _ intent: Intent, orAnswer answer: Reply,
        _ reply: @escaping ReplyHandler
    ) async {
        let since = EventLoop.now()
        do throws(TrailError) {
            guard try await trail.record(intent, claim: key, run: run, until: call.clock.intentDeadline) else {
                leave()
                return reply(answer)
            }
            recorded(call, intent, since: since, reply)
        } catch {
            unrecorded(call, intent, error, since: since, reply)
        }
    }

    /// Notes whether TOP accepted the session of a call.
    func note(_ callResult: CallResult, ofSessionOf call: PreparedCall) {
        guard let session = call.session else { return }
        var use = session.use
        // The session of a repeat is not the one of the snapshot.
        if call.repeatOf != nil,
            let known = try? vault?.resolveSession(
                app: call.app.app, seller: session.seller, now: call.clock.startMilliseconds)
        {
            use = known.use
        }
        switch callResult.outcome {
        case .success, .accepted, .partial, .businessFailure: use.noteSuccess(at: call.clock.startMilliseconds)
        case .sessionInvalid: use.noteRefusal(at: call.clock.startMilliseconds, code: callResult.code ?? "")
        case .rejected, .throttled, .misconfigured, .platformError, .notSent, .unknown: break
        }
    }
}

extension CallResult {
    private static let sessionCodes: Set<String> = [
        "26", "27", "44", "53", "IllegalAccessToken", "InvalidSession", "AccessTokenExpired",
    ]

    /// Whether TOP refused the session key before it did anything.
    var refusesSessionKey: Bool {
        guard outcome == .sessionInvalid else { return false }
        if let code, Self.sessionCodes.contains(code) { return true }
        let subCode = subCode?.prefix { $0 != ":" }
        return subCode == "invalid-sessionkey" || subCode == "isv.invalid-sessionkey"
    }
}
