import Audit
import Catalog
import Curl
import EventLoop
import JSON
import Logging
package import Problems
import TOP
import Telemetry
package import Vault

// Steps that do not wait are never inlined. Their temporary values would become part of the frames of a call's task, which
// are allocated for each call.
extension Worker {
    /// One call, from its checks to its reply: the relay's purpose.
    ///
    /// Nothing is sent before the intent is durable, and the reply waits for the outcome row, at most `outcomeWait`.
    package func call(_ request: consuming CallRequest, by token: AccessToken) async -> Reply {
        if let refusal = admit(request, by: token) { return refusal }
        defer { leave() }
        var pass: LargeCallGate.Pass?
        if request.body.count > LargeCallGate.smallBytes {
            pass = await largeCallPass(for: request)
            if pass == nil { return refuseLargeCall(request, by: token) }
        }
        switch begin(consume request, by: token) {
        case .prepared(let call): return await relay(call, pass)
        case .answered(let reply): return reply
        }
    }

    /// Waits until a call with a large body may be checked and recorded; nil if that takes too long. The call waits for
    /// half of the time that its intent has. The other half is for writing the intent.
    private func largeCallPass(for request: CallRequest) async -> LargeCallGate.Pass? {
        let clock = CallClock(
            receivedAt: request.receivedAt, timeout: settings.callTimeout, wallClock: settings.wallClock)
        let deadline = clock.start + (clock.intentDeadline - clock.start) / 2
        return await largeCalls.enter(bytes: request.body.count, until: deadline)
    }

    private func refuseLargeCall(_ request: CallRequest, by token: AccessToken) -> Reply {
        let problem: Problem
        if isDraining {
            problem = Self.stopping
        } else {
            meters.refusedByLargeCalls()
            let detail = "Too many large calls wait to be recorded; nothing was sent."
            problem = Problem(.overloaded, detail, retryable: true, retryAfterSeconds: 5)
        }
        return refuse(identified(problem, request, by: token), request, by: token)
    }

    /// Counts and traces a request that does not become a call, and answers it.
    private func refuse(_ problem: Problem, _ request: CallRequest, by token: AccessToken) -> Reply {
        meters.refused(problem.type)
        trace(problem, request, by: token)
        return reply(refusing: problem, request)
    }

    /// Takes a place for a call; the reply when there is none. A call that is admitted leaves in the end.
    @inline(never)
    private func admit(_ request: CallRequest, by token: AccessToken) -> Reply? {
        lackOfRoom().map { problem($0, request, by: token) }
    }

    private static var stopping: Problem {
        Problem(.draining, "This replica is stopping; nothing was sent.", retryable: true, retryAfterSeconds: 1)
    }

    private func lackOfRoom() -> Problem? {
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

    private func leave() {
        callsInFlight -= 1
        settings.callLimit.leave()
    }

    /// A call after its checks: ready to be relayed, or refused, or a dry run.
    private enum Beginning {
        case prepared(PreparedCall)
        case answered(Reply)
    }

    @inline(never)
    private func begin(_ request: CallRequest, by token: AccessToken) -> Beginning {
        let call: PreparedCall
        do {
            call = try prepare(request, by: token)
        } catch {
            return .answered(refuse(error, request, by: token))
        }
        guard request.isDryRun else { return .prepared(call) }
        var reply = dryRun(call)
        addRequestID(to: &reply, call.request, id: call.idText)
        return .answered(reply)
    }

    private func relay(_ call: PreparedCall, _ pass: LargeCallGate.Pass?) async -> Reply {
        let intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        call.holds(call.mapped.contentBytes)
        let recordingSince = EventLoop.now()
        do throws(TrailError) {
            try await trail.record(intent, until: call.clock.intentDeadline)
        } catch {
            return await unrecorded(call, intent, error, since: recordingSince)
        }
        pass?.leave()
        let recordedAt = EventLoop.now()
        guard recordedAt < call.clock.intentDeadline else {
            return await unrecorded(call, intent, .tooLate, since: recordingSince)
        }
        call.auditNanoseconds = recordedAt - recordingSince
        intent.dropContent()
        let verdict: Verdict
        switch sign(call) {
        case .signed(let request):
            let result = await curl.perform(request)
            note(result, of: call)
            verdict = await judge(result, of: call)
        case .unsignable(let refusal): verdict = refusal
        }
        note(verdict, of: call)
        return await finish(call, verdict, of: intent)
    }

    /// Records how the call ended, and answers.
    private func finish(_ call: PreparedCall, _ verdict: Verdict, of intent: Intent) async -> Reply {
        let since = EventLoop.now()
        await trail.record(
            ending(of: call, verdict, keys: intent.keys), of: intent, waitingAtMost: settings.outcomeWait)
        return reply(call, verdict, recordingSince: since)
    }

    @inline(never)
    private func ending(of call: PreparedCall, _ verdict: Verdict, keys: Fingerprints) -> Ending {
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
        ending.response = verdict.response
        ending.auditNanoseconds = call.auditNanoseconds
        ending.topNanoseconds = call.topNanoseconds
        ending.attempts = call.topNanoseconds == nil ? 0 : 1
        ending.requestBytes = call.requestBytes
        return ending
    }

    /// The intent could not be made durable: nothing is sent. Where its commit is in doubt, a `not_sent` row follows.
    private func unrecorded(_ call: PreparedCall, _ intent: Intent, _ error: TrailError, since: UInt64) async
        -> Reply
    {
        meters.unrecorded()
        if error.mayBeRecorded {
            let ending = Ending(
                outcome: .notSent, status: ProblemType.auditUnavailable.status,
                finishedMilliseconds: settings.wallClock(),
                durationNanoseconds: call.clock.elapsed)
            ending.auditNanoseconds = EventLoop.now() - since
            ending.message = "The intent's commit was in doubt; nothing was sent."
            ending.retryable = true
            ending.keys = intent.keys
            await trail.record(ending, of: intent, waitingAtMost: .zero)
        }
        logger.record(
            .warning, "A call could not be recorded, and was not sent",
            [.call: call.id.text, .method: call.method, .error: error.description])
        let detail = "The call could not be recorded, so nothing was sent."
        return problem(
            call.completed(Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 1)), call.request,
            by: call.token)
    }

    /// The answer to a call whose outcome row was given to the trail at `recordingSince`.
    @inline(never)
    private func reply(_ call: PreparedCall, _ verdict: Verdict, recordingSince: UInt64) -> Reply {
        let now = EventLoop.now()
        let timing = ServerTiming(
            audit: call.auditNanoseconds + (now - recordingSince), top: call.topNanoseconds,
            total: now - call.clock.start)
        meters.finished(method: call.method, outcome: verdict.outcome, timing: timing)
        var reply = reply(call, verdict)
        reply.headers.append(("Server-Timing", timing.value))
        addRequestID(to: &reply, call.request, id: call.idText)
        return reply
    }

    private func reply(_ call: PreparedCall, _ verdict: Verdict) -> Reply {
        if var problem = verdict.problem {
            problem = call.completed(problem)
            problem.outcome = verdict.outcome
            return problem.reply
        }
        let result = verdict.interpretation?.result ?? []
        var json = JSONWriter(capacity: 256 + result.count)
        json.beginObject()
        json.name("id")
        json.string(call.idText)
        json.name("method")
        json.string(call.method)
        json.name("outcome")
        json.string(verdict.outcome.rawValue)
        json.optional("top_request_id", verdict.topRequestID)
        json.optional("request_id", call.mapped.requestID)
        if let retryable = verdict.retryable {
            json.name("retryable")
            json.bool(retryable)
        }
        if verdict.interpretation?.isJudged == false {
            json.name("judged")
            json.bool(false)
        }
        json.name("result")
        if let error = verdict.error { error.write(to: &json) } else { json.raw(result) }
        json.endObject()
        return .json(json.bytes)
    }

    private enum Signed {
        case signed(CurlRequest)
        case unsignable(Verdict)
    }

    @inline(never)
    private func sign(_ call: PreparedCall) -> Signed {
        var call = call
        switch signedRequest(&call) {
        case .success(let request):
            call.requestBytes = request.body.count
            call.holds(request.body.count)
            return .signed(request)
        case .failure(let problem): return .unsignable(Verdict(unsignable: problem))
        }
    }

    /// What the transport did with the request.
    @inline(never)
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

    /// The gateway's address is not TOP's: the operator sees it, and where it leads.
    private func noteWrongAddress(_ result: CurlResult, _ call: PreparedCall) {
        let location = result.masked(by: mask(for: call)).location ?? ""
        logger.record(
            .error, "The gateway's address is not that of TOP's gateway",
            [
                .call: call.idText, .app: call.app.app.name, .address: call.app.gatewayURL,
                .location: String(location.prefix(512)),
            ])
    }

    /// What went wrong on the way to TOP or back, for the operator: callers are told what it means for them.
    private func note(_ failure: CurlFailure, of call: PreparedCall) {
        logger.record(
            .warning, "TOP gave no answer",
            [
                .call: call.id.text, .method: call.method, .app: call.app.app.name, .code: "curl-\(failure.code)",
                .error: failure.description,
            ])
    }

    /// A ban is put in force everywhere, and a fault of the relay's own is logged for the operator.
    @inline(never)
    private func note(_ verdict: Verdict, of call: PreparedCall) {
        if let ban = verdict.ban {
            note(ban, app: call.app.app.name, method: call.method)
            onBan(ban, call.app.app.name, call.method)
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

    private func problem(_ problem: Problem, _ request: CallRequest, by token: AccessToken) -> Reply {
        reply(refusing: identified(problem, request, by: token), request)
    }

    private func reply(refusing problem: Problem, _ request: CallRequest) -> Reply {
        let id = problem.id ?? CallID.make(epochMilliseconds: settings.wallClock(), using: &random)
        var reply = problem.reply
        addRequestID(to: &reply, request, id: id.text)
        return reply
    }

    private func addRequestID(to reply: inout Reply, _ request: CallRequest, id: String) {
        reply.headers.append(("X-Request-Id", request.clientRequestID ?? id))
    }
}
