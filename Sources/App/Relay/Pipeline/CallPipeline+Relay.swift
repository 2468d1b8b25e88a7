import Audit
import Catalog
import Curl
import EventLoop
import Locks
import Logging
package import Problems
import TOP
import Telemetry
package import Vault

extension CallPipeline {
    /// Receives the reply to a call.
    package typealias ReplyHandler = @Sendable (Reply) -> Void

    /// Makes one call. It admits and prepares the call, and begins the steps below.
    /// - Parameter reply: called once, on the loop's thread, perhaps before this function returns.
    package func start(_ request: consuming CallRequest, by token: AccessToken, reply: @escaping ReplyHandler) {
        if let refusal = admit() { return reply(refused(refusal, request, by: token)) }
        if request.body.count > LargeCallGate.smallBytes {
            return startLarge(consume request, by: token, reply: reply)
        }
        switch begin(consume request, by: token) {
        case .ended(let finalReply):
            leave()
            reply(finalReply)
        case .prepared(let call): relay(call, reply)
        case .keyed(let call): start(call, reply: reply)
        }
    }

    /// Makes a call with a large body, once it may be checked and recorded.
    private func startLarge(
        _ request: consuming CallRequest, by token: AccessToken, reply: @escaping ReplyHandler
    ) {
        let pipeline = LoopBound(self, loop: loop)
        let (bytes, receivedAt) = (request.body.count, request.receivedAt)
        let timeout = request.timeout(atMost: settings.callTimeout)
        let waiting = Locked<CallRequest?>(request)
        Task(executorPreference: loop) {
            let pass = await pipeline.value.largeCallPass(bytes: bytes, receivedAt: receivedAt, timeout: timeout)
            pipeline.value.beginLarge(waiting, by: token, pass, reply: reply)
        }
    }

    private func beginLarge(
        _ waiting: Locked<CallRequest?>, by token: AccessToken, _ pass: LargeCallGate.Pass?,
        reply: @escaping ReplyHandler
    ) {
        guard let request = waiting.withLock({ $0.take() }) else { return }
        let result: StartResult =
            pass == nil ? .ended(refusedLarge(request, by: token)) : begin(request, by: token)
        switch result {
        case .prepared(let call):
            call.pass = pass
            relay(call, reply)
        case .keyed(let call):
            call.pass = pass
            start(call, reply: reply)
        case .ended(let finalReply):
            leave()
            reply(finalReply)
        }
    }

    /// A call after its checks.
    private enum StartResult {
        /// It can be relayed.
        case prepared(PreparedCall)
        /// Its idempotency key has to be looked up.
        case keyed(KeyedCall)
        /// It was refused, or it is a dry run.
        case ended(Reply)
    }

    private func begin(_ request: CallRequest, by token: AccessToken) -> StartResult {
        let call: PreparedCall
        do throws(Problem) {
            switch try prepare(request, by: token) {
            case .ready(let ready): call = ready
            case .keyed(let keyed): return .keyed(keyed)
            }
        } catch {
            return .ended(rejected(error, request, by: token))
        }
        guard request.isDryRun else { return .prepared(call) }
        var reply = dryRun(call)
        reply.headers.append(("X-Request-Id", call.shownRequestID))
        return .ended(reply)
    }
}

// MARK: - Steps

// Each step ends by starting an operation that takes time, and names the step that follows. With a task for each call
// the steps could be one function, but a call would need 13,000 instructions more.
extension CallPipeline {
    /// Records the intent. Nothing is sent before it is durable.
    func relay(_ call: PreparedCall, _ reply: @escaping ReplyHandler) {
        let intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        call.holds(call.contentBytes)
        let since = EventLoop.now()
        trail.record(intent, until: call.clock.intentDeadline) { [self] error in
            if let error { return unrecorded(call, intent, error, since: since, reply) }
            recorded(call, intent, since: since, reply)
        }
    }

    /// Sends a call whose intent is durable, unless too little time is left.
    func recorded(_ call: PreparedCall, _ intent: Intent, since: UInt64, _ reply: @escaping ReplyHandler) {
        let recordedAt = EventLoop.now()
        guard recordedAt < call.clock.intentDeadline else {
            return unrecorded(call, intent, .tooLate, since: since, reply)
        }
        call.auditNanoseconds = recordedAt - since
        send(call, intent, reply)
    }

    /// Signs and sends the request. The recorded content of the intent is dropped.
    private func send(_ call: PreparedCall, _ intent: Intent, _ reply: @escaping ReplyHandler) {
        call.pass = nil
        intent.dropContent()
        switch signedRequest(call) {
        case .success(let request):
            call.requestBytes = request.body.count
            call.holds(request.body.count + (call.isRepeatable ? call.contentBytes : 0))
            curl.perform(request) { [self] in judge($0, call, intent, reply) }
        case .failure(let problem): complete(call, intent, CallResult(unsignable: problem), reply)
        }
    }

    /// Judges the result of sending the request.
    private func judge(_ result: CurlResult, _ call: PreparedCall, _ intent: Intent, _ reply: @escaping ReplyHandler) {
        note(result, of: call)
        guard isLarge(result) else { return complete(call, intent, judge(result, of: call), reply) }
        judgeElsewhere(result, of: call) { [self] in complete(call, intent, $0, reply) }
    }

    /// Records the completion, and replies. The reply waits for the completion, at most `outcomeWait`.
    private func complete(
        _ call: PreparedCall, _ intent: Intent, _ callResult: CallResult, _ reply: @escaping ReplyHandler
    ) {
        note(callResult, of: call)
        let since = EventLoop.now()
        let completion = completion(of: call, callResult, keys: intent.takeKeys())
        let callReply = self.reply(to: call, callResult)
        completion.reply = sealed(callReply, to: call, callResult)
        trail.record(completion, of: intent, waitingAtMost: settings.outcomeWait) { [self] in
            let callReply = finished(callReply, to: call, callResult, recordingSince: since)
            if call.isRepeatable, callResult.refusesSessionKey { return refresh(call, orAnswer: callReply, reply) }
            leave()
            reply(callReply)
        }
    }

    /// Answers a call whose intent is not durable. Nothing is sent. If its commit is in doubt, a completion `not_sent`
    /// follows.
    func unrecorded(
        _ call: PreparedCall, _ intent: Intent, _ error: TrailError, since: UInt64, _ reply: @escaping ReplyHandler
    ) {
        metrics.unrecorded()
        guard error.mayBeRecorded else { return refuse(call, error, reply) }
        let completion = Completion(
            outcome: .notSent, status: ProblemType.auditUnavailable.status,
            finishedMilliseconds: settings.wallClock(), durationNanoseconds: call.clock.elapsed)
        completion.auditNanoseconds = EventLoop.now() - since
        completion.message = "The intent's commit was in doubt; nothing was sent."
        completion.retryable = true
        completion.keys = intent.keys
        trail.record(completion, of: intent, waitingAtMost: .zero) { [self] in refuse(call, error, reply) }
    }

    private func refuse(_ call: PreparedCall, _ error: TrailError, _ reply: ReplyHandler) {
        logger.record(
            .warning, "A call could not be recorded, and was not sent",
            [.call: call.idText, .method: call.method, .error: error.description])
        leave()
        let detail = "The call could not be recorded, so nothing was sent."
        reply(
            self.reply(
                to: call, refusing: Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 1)))
    }
}

// MARK: - Notes of the steps

extension CallPipeline {
    private func completion(of call: PreparedCall, _ callResult: CallResult, keys: Fingerprints) -> Completion {
        let status = callResult.problem?.type.status ?? 200
        let completion = Completion(
            outcome: callResult.outcome, status: status, finishedMilliseconds: settings.wallClock(),
            durationNanoseconds: call.clock.elapsed)
        completion.code = callResult.code
        completion.subCode = callResult.subCode
        completion.message = callResult.message
        completion.topRequestID = callResult.topRequestID
        completion.responseBytes = callResult.responseBytes
        completion.retryable = callResult.retryable
        completion.keys = keys
        completion.keys.add(callResult.interpretation?.keys ?? [])
        completion.isUnjudged = callResult.interpretation?.isJudged == false
        completion.response = callResult.response
        completion.auditNanoseconds = call.auditNanoseconds
        completion.topNanoseconds = call.topNanoseconds
        completion.attempts = call.topNanoseconds == nil ? 0 : 1
        completion.requestBytes = call.requestBytes
        return completion
    }

    /// Notes the result of the transport.
    private func note(_ result: CurlResult, of call: PreparedCall) {
        call.holds(0)
        switch result.outcome {
        case .failed(let failure): note(failure, of: call)
        case .answered(let status, _, _) where GatewayStatus.isOfWrongAddress(status): noteWrongAddress(result, call)
        case .answered: break
        }
        if result.mayHaveBeenSent {
            call.topNanoseconds = result.timings.totalNanoseconds
        } else {
            metrics.notSent()
        }
    }

    /// Logs an address that is not that of TOP's gateway, with its `Location`.
    private func noteWrongAddress(_ result: CurlResult, _ call: PreparedCall) {
        let location = mask(for: call).masked(Array((result.location ?? "").utf8))
        logger.record(
            .error, "The gateway's address is not that of TOP's gateway",
            [
                .call: call.idText, .app: call.app.app.name, .address: call.app.gatewayURL,
                .location: String(decoding: location.prefix(512), as: UTF8.self),
            ])
    }

    /// Logs a failure of the transport. Callers get a message without the details.
    private func note(_ failure: CurlFailure, of call: PreparedCall) {
        logger.record(
            .warning, "TOP gave no answer",
            [
                .call: call.idText, .method: call.method, .app: call.app.app.name, .code: "curl-\(failure.code)",
                .error: failure.description,
            ])
    }

    /// Applies a ban on all workers and replicas, and logs a fault of the relay's settings.
    private func note(_ callResult: CallResult, of call: PreparedCall) {
        if let ban = callResult.ban {
            let shared = VaultBan(
                ban, app: call.app.app.name, method: call.method, code: callResult.subCode ?? callResult.code,
                nowMilliseconds: settings.wallClock())
            note(.banned(shared))
            onBan(shared)
        }
        note(callResult, ofSessionOf: call)
        if callResult.outcome == .misconfigured {
            logger.record(
                .error, "TOP refuses the relay's set-up",
                [
                    .call: call.idText, .method: call.method, .app: call.app.app.name, .code: callResult.code ?? "",
                    .subCode: callResult.subCode ?? "",
                ])
        }
    }
}
