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
    /// Takes the reply to a call.
    package typealias Answer = @Sendable (Reply) -> Void

    /// Makes one call: admits it, prepares it, and begins the steps below.
    /// - Parameter reply: called once, on the loop's thread, perhaps before this function returns.
    package func start(_ request: consuming CallRequest, by token: AccessToken, reply: @escaping Answer) {
        if let refusal = admit() { return reply(refused(refusal, request, by: token)) }
        if request.body.count > LargeCallGate.smallBytes {
            return startLarge(consume request, by: token, reply: reply)
        }
        switch begin(consume request, by: token) {
        case .answered(let answer):
            leave()
            reply(answer)
        case .prepared(let call): relay(call, reply)
        case .keyed(let call): start(call, reply: reply)
        }
    }

    /// Makes a call with a large body when such a call may be checked and recorded.
    private func startLarge(
        _ request: consuming CallRequest, by token: AccessToken, reply: @escaping Answer
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
        _ waiting: Locked<CallRequest?>, by token: AccessToken, _ pass: LargeCallGate.Pass?, reply: @escaping Answer
    ) {
        guard let request = waiting.withLock({ $0.take() }) else { return }
        let beginning = pass == nil ? .answered(refusedLarge(request, by: token)) : begin(request, by: token)
        switch beginning {
        case .prepared(let call):
            call.pass = pass
            relay(call, reply)
        case .keyed(let call):
            call.pass = pass
            start(call, reply: reply)
        case .answered(let answer):
            leave()
            reply(answer)
        }
    }

    /// A call after its checks.
    private enum Beginning {
        /// It can be relayed.
        case prepared(PreparedCall)
        /// Its idempotency key has to be looked up.
        case keyed(KeyedCall)
        /// It was refused, or it is a dry run.
        case answered(Reply)
    }

    private func begin(_ request: CallRequest, by token: AccessToken) -> Beginning {
        let call: PreparedCall
        do throws(Problem) {
            switch try prepare(request, by: token) {
            case .ready(let ready): call = ready
            case .keyed(let keyed): return .keyed(keyed)
            }
        } catch {
            return .answered(rejected(error, request, by: token))
        }
        guard request.isDryRun else { return .prepared(call) }
        var reply = dryRun(call)
        reply.headers.append(("X-Request-Id", call.shownRequestID))
        return .answered(reply)
    }

}

// MARK: - Steps

// Each step ends by starting something that takes time, and names the step that follows it. A task for each call would
// read as one function, and cost 13,000 instructions more.
extension CallPipeline {
    /// Records the intent. Nothing is sent before it is durable.
    private func relay(_ call: PreparedCall, _ reply: @escaping Answer) {
        let intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        call.holds(call.contentBytes)
        let since = EventLoop.now()
        trail.record(intent, until: call.clock.intentDeadline) { [self] error in
            if let error { return unrecorded(call, intent, error, since: since, reply) }
            recorded(call, intent, since: since, reply)
        }
    }

    /// Sends a call whose intent is durable, unless its time is over.
    func recorded(_ call: PreparedCall, _ intent: Intent, since: UInt64, _ reply: @escaping Answer) {
        let recordedAt = EventLoop.now()
        guard recordedAt < call.clock.intentDeadline else {
            return unrecorded(call, intent, .tooLate, since: since, reply)
        }
        call.auditNanoseconds = recordedAt - since
        send(call, intent, reply)
    }

    /// Signs and sends the request. The forms of the call that are recorded are dropped.
    private func send(_ call: PreparedCall, _ intent: Intent, _ reply: @escaping Answer) {
        call.pass = nil
        intent.dropContent()
        switch signedRequest(call) {
        case .success(let request):
            call.requestBytes = request.body.count
            call.holds(request.body.count)
            curl.perform(request) { [self] in judge($0, call, intent, reply) }
        case .failure(let problem): complete(call, intent, Verdict(unsignable: problem), reply)
        }
    }

    /// Judges what became of the request.
    private func judge(_ result: CurlResult, _ call: PreparedCall, _ intent: Intent, _ reply: @escaping Answer) {
        note(result, of: call)
        guard isLarge(result) else { return complete(call, intent, judge(result, of: call), reply) }
        judgeElsewhere(result, of: call) { [self] in complete(call, intent, $0, reply) }
    }

    /// Records the completion, and replies. The reply waits for the completion, at most `outcomeWait`.
    private func complete(_ call: PreparedCall, _ intent: Intent, _ verdict: Verdict, _ reply: @escaping Answer) {
        note(verdict, of: call)
        let since = EventLoop.now()
        let completion = completion(of: call, verdict, keys: intent.takeKeys())
        let answer = self.reply(to: call, verdict)
        completion.reply = sealed(answer, to: call, verdict)
        trail.record(completion, of: intent, waitingAtMost: settings.outcomeWait) { [self] in
            leave()
            reply(finished(answer, to: call, verdict, recordingSince: since))
        }
    }

    /// Answers a call whose intent could not be made durable. Nothing is sent. If its commit is in doubt, a completion
    /// `not_sent` follows.
    func unrecorded(
        _ call: PreparedCall, _ intent: Intent, _ error: TrailError, since: UInt64, _ reply: @escaping Answer
    ) {
        meters.unrecorded()
        guard error.mayBeRecorded else { return refuse(call, error, reply) }
        let completion = Ending(
            outcome: .notSent, status: ProblemType.auditUnavailable.status,
            finishedMilliseconds: settings.wallClock(), durationNanoseconds: call.clock.elapsed)
        completion.auditNanoseconds = EventLoop.now() - since
        completion.message = "The intent's commit was in doubt; nothing was sent."
        completion.retryable = true
        completion.keys = intent.keys
        trail.record(completion, of: intent, waitingAtMost: .zero) { [self] in refuse(call, error, reply) }
    }

    private func refuse(_ call: PreparedCall, _ error: TrailError, _ reply: Answer) {
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

// MARK: - What the steps note

extension CallPipeline {
    private func completion(of call: PreparedCall, _ verdict: Verdict, keys: Fingerprints) -> Ending {
        let status = verdict.problem?.type.status ?? 200
        let ending = Ending(
            outcome: verdict.outcome, status: status, finishedMilliseconds: settings.wallClock(),
            durationNanoseconds: call.clock.elapsed)
        ending.code = verdict.code
        ending.subCode = verdict.subCode
        ending.message = verdict.message
        ending.topRequestID = verdict.topRequestID
        ending.responseBytes = verdict.responseBytes
        ending.retryable = verdict.retryable
        ending.keys = keys
        ending.keys.add(verdict.interpretation?.keys ?? [])
        ending.isUnjudged = verdict.interpretation?.isJudged == false
        ending.response = verdict.response
        ending.auditNanoseconds = call.auditNanoseconds
        ending.topNanoseconds = call.topNanoseconds
        ending.attempts = call.topNanoseconds == nil ? 0 : 1
        ending.requestBytes = call.requestBytes
        return ending
    }

    /// Notes what the transport did with the request.
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
            meters.notSent()
        }
    }

    /// Logs an address that is not that of TOP's gateway, and where it leads.
    private func noteWrongAddress(_ result: CurlResult, _ call: PreparedCall) {
        let location = mask(for: call).masked(Array((result.location ?? "").utf8))
        logger.record(
            .error, "The gateway's address is not that of TOP's gateway",
            [
                .call: call.idText, .app: call.app.app.name, .address: call.app.gatewayURL,
                .location: String(decoding: location.prefix(512), as: UTF8.self),
            ])
    }

    /// Logs what went wrong on the way to TOP or back. Callers are told what it means for them.
    private func note(_ failure: CurlFailure, of call: PreparedCall) {
        logger.record(
            .warning, "TOP gave no answer",
            [
                .call: call.idText, .method: call.method, .app: call.app.app.name, .code: "curl-\(failure.code)",
                .error: failure.description,
            ])
    }

    /// Puts a ban in force everywhere, and logs a fault of the relay's own set-up.
    private func note(_ verdict: Verdict, of call: PreparedCall) {
        if let ban = verdict.ban {
            let shared = VaultBan(
                ban, app: call.app.app.name, method: call.method, code: verdict.subCode ?? verdict.code,
                nowMilliseconds: settings.wallClock())
            note(.banned(shared))
            onBan(shared)
        }
        if verdict.outcome == .misconfigured {
            logger.record(
                .error, "TOP refuses the relay's set-up",
                [
                    .call: call.idText, .method: call.method, .app: call.app.app.name, .code: verdict.code ?? "",
                    .subCode: verdict.subCode ?? "",
                ])
        }
    }
}
