import Audit
import Catalog
import Curl
import EventLoop
import JSON
import Logging
public import Problems
import TOP
import Telemetry
public import Vault

extension Worker {
    /// One call, from its checks to its reply: the relay's purpose.
    ///
    /// Nothing is sent before the intent is durable, and the reply waits for the outcome row, at most `outcomeWait`.
    public func call(_ request: consuming CallRequest, by token: AccessToken) async -> Reply {
        var request = request
        guard !isDraining else {
            return problem(
                Problem(
                    .draining, "This replica is stopping; nothing was sent.", retryable: true, retryAfterSeconds: 1),
                request, by: token)
        }
        guard settings.callLimit.enter() else {
            meters.refusedByLimit()
            let detail =
                "\(settings.callLimit.maximum) calls are under way, the limit of this replica; nothing was sent."
            return problem(
                Problem(.overloaded, detail, retryable: true, retryAfterSeconds: 1), request, by: token)
        }
        defer { settings.callLimit.leave() }
        guard trail.hasRoom else {
            meters.refusedByQueue()
            let detail = "Too many outcome rows wait for the relay's database; nothing was sent."
            return problem(
                Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 5), request, by: token)
        }
        callsInFlight += 1
        defer { callsInFlight -= 1 }
        let call: PreparedCall
        do {
            call = try prepare(request, by: token)
        } catch {
            meters.refused(error.type)
            trace(error, request, by: token)
            return reply(refusing: error, request)
        }
        request.body = []
        guard request.isDryRun else { return await relay(consume call) }
        var reply = dryRun(call)
        addRequestID(to: &reply, request, id: call.idText)
        return reply
    }

    private func relay(_ call: consuming PreparedCall) async -> Reply {
        var call = call
        var intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        call.holds(call.mapped.contentBytes)
        let recordingSince = EventLoop.now()
        do {
            try await trail.record(intent, until: call.clock.intentDeadline)
        } catch {
            return await unrecorded(call, intent, error, since: recordingSince)
        }
        let recordedAt = EventLoop.now()
        guard recordedAt < call.clock.intentDeadline else {
            return await unrecorded(call, intent, .tooLate, since: recordingSince)
        }
        let auditWait = recordedAt - recordingSince
        intent.dropContent()
        let verdict: Verdict
        var top: UInt64?
        var requestBytes = 0
        switch signedRequest(&call) {
        case .success(let request):
            requestBytes = request.body.count
            call.holds(requestBytes)
            let result = await curl.perform(consume request)
            call.holds(0)
            if case .failed(let failure) = result.outcome { note(failure, of: call) }
            verdict = await judge(result, of: call)
            top = result.mayHaveBeenSent ? result.timings.totalNanoseconds : nil
            if !result.mayHaveBeenSent { meters.notSent() }
        case .failure(let problem):
            verdict = Verdict(unsignable: problem)
        }
        note(verdict, of: call)
        var ending = ending(of: call, verdict, keys: intent.keys)
        ending.auditNanoseconds = auditWait
        ending.topNanoseconds = top
        ending.attempts = top == nil ? 0 : 1
        ending.requestBytes = requestBytes
        return await finish(call, verdict, ending, of: intent)
    }

    private func ending(of call: PreparedCall, _ verdict: Verdict, keys: Fingerprints) -> Ending {
        let status = verdict.problem?.type.status ?? 200
        var ending = Ending(
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
        return ending
    }

    /// Records how the call ended, and answers.
    private func finish(_ call: PreparedCall, _ verdict: Verdict, _ ending: Ending, of intent: Intent) async -> Reply {
        let since = EventLoop.now()
        await trail.record(ending, of: intent, waitingAtMost: settings.outcomeWait)
        let now = EventLoop.now()
        let timing = ServerTiming(
            audit: ending.auditNanoseconds + (now - since), top: ending.topNanoseconds, total: now - call.clock.start)
        meters.finished(method: call.method, outcome: verdict.outcome, timing: timing)
        var reply = self.reply(call, verdict)
        reply.headers.append(("Server-Timing", timing.value))
        addRequestID(to: &reply, call.request, id: call.idText)
        return reply
    }

    /// The intent could not be made durable: nothing is sent. Where its commit is in doubt, a `not_sent` row follows.
    private func unrecorded(_ call: PreparedCall, _ intent: Intent, _ error: TrailError, since: UInt64) async
        -> Reply
    {
        meters.unrecorded()
        if error.mayBeRecorded {
            var ending = Ending(
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
        json.name("result")
        json.raw(result)
        json.endObject()
        return .json(json.bytes)
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
