import Audit
import Catalog
import EventLoop
import JSON
import Problems
import Vault

/// Replies to calls, and to requests that do not become calls.
extension CallPipeline {
    /// The reply with its timing, to a call whose completion was given to the trail at `recordingSince`.
    @inline(never)
    func finished(_ reply: Reply, to call: PreparedCall, _ callResult: CallResult, recordingSince: UInt64) -> Reply {
        let now = EventLoop.now()
        let timing = ServerTiming(
            audit: call.auditNanoseconds + (now - recordingSince), top: call.topNanoseconds,
            total: now - call.receivedAt)
        metrics.finished(method: call.entry.label, outcome: callResult.outcome, timing: timing)
        var reply = reply
        reply.headers.append(("Server-Timing", timing.value))
        reply.headers.append(("X-Request-Id", call.shownRequestID))
        return reply
    }

    /// The reply with the result of a call.
    func reply(to call: PreparedCall, _ callResult: CallResult) -> Reply {
        if var problem = callResult.problem {
            problem = call.completed(problem)
            problem.outcome = callResult.outcome
            return problem.reply
        }
        let result = callResult.interpretation?.result ?? []
        var json = JSONWriter(capacity: 256 + result.count)
        json.beginObject()
        json.name(written: MemberName.id)
        json.string(call.idText)
        json.name(written: MemberName.method)
        json.string(call.method)
        json.name(written: MemberName.outcome)
        json.string(callResult.outcome.rawValue)
        json.optional("top_request_id", callResult.topRequestID)
        json.optional("request_id", call.mapped.requestID)
        if let retryable = callResult.retryable {
            json.name("retryable")
            json.bool(retryable)
        }
        if callResult.interpretation?.isJudged == false {
            json.name("judged")
            json.bool(false)
        }
        json.name(written: MemberName.result)
        if let error = callResult.error { error.write(to: &json) } else { json.raw(result) }
        json.endObject()
        json.endLine()
        var reply = Reply.json(json.bytes)
        reply.headers.append((Reply.callID, call.idText))
        reply.headers.append((Reply.outcome, callResult.outcome.rawValue))
        return reply
    }

    /// The reply to a prepared call that could not be recorded.
    func reply(to call: PreparedCall, refusing problem: Problem) -> Reply {
        var reply = call.completed(problem).reply
        reply.headers.append(("X-Request-Id", call.shownRequestID))
        return reply
    }

    /// The reply to a request that was not admitted.
    func refused(_ problem: Problem, _ request: CallRequest, by token: AccessToken) -> Reply {
        reply(refusing: identified(problem, request, by: token), request, relayRequestID: relayRequestID(of: problem))
    }

    /// The reply to a call with a large body that waited too long.
    func refusedLarge(_ request: CallRequest, by token: AccessToken) -> Reply {
        let problem: Problem
        if isDraining {
            problem = Self.stopping
        } else {
            metrics.refusedByLargeCalls()
            let detail = "Too many large calls wait to be recorded; nothing was sent."
            problem = Problem(.overloaded, detail, retryable: true, retryAfterSeconds: 5)
        }
        return rejected(identified(problem, request, by: token), request, by: token)
    }

    /// Counts and records a rejected request.
    /// - Returns: its reply.
    func rejected(_ problem: Problem, _ request: CallRequest, by token: AccessToken) -> Reply {
        metrics.refused(problem.type)
        let id = relayRequestID(of: problem)
        rejectedRequests.record(problem, request, by: token, relayRequestID: id)
        return reply(refusing: problem, request, relayRequestID: id)
    }

    /// The `X-Request-Id` of the reply to a caller that gave none.
    private func relayRequestID(of problem: Problem) -> CallID {
        problem.id ?? CallID.make(epochMilliseconds: settings.wallClock(), using: &random)
    }

    private func reply(refusing problem: Problem, _ request: CallRequest, relayRequestID: CallID) -> Reply {
        var problem = problem
        problem.shownRequestID = request.clientRequestID ?? relayRequestID.text
        return problem.reply
    }
}

/// Names of members with quotation marks and colon.
private enum MemberName {
    static let id = Array(#""id":"#.utf8)
    static let method = Array(#""method":"#.utf8)
    static let outcome = Array(#""outcome":"#.utf8)
    static let result = Array(#""result":"#.utf8)
}
