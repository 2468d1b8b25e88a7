import Audit
import Catalog
import Crypto
import EventLoop
import JSON
import Logging
import Postgres
import Problems
import TOP
import Telemetry
import Vault

/// A call with an idempotency key whose parameters are mapped. Its session and its bans are not checked yet.
final class KeyedCall {
    let request: CallRequest
    let token: AccessToken
    let mapped: MappedRequest
    let claim: IdempotencyClaim
    var pass: LargeCallGate.Pass?
    /// How often the key was looked up.
    var lookUps = 0

    init(_ request: CallRequest, _ token: AccessToken, _ mapped: MappedRequest, _ claim: IdempotencyClaim) {
        self.request = request
        self.token = token
        self.mapped = mapped
        self.claim = claim
    }
}

// The key of a call is looked up before its session and bans are checked. The commit of the intent claims the key.
extension CallPipeline {
    /// How often a call looks its key up. If other calls claim the key each time, it gets `idempotency-in-progress`.
    private static let maximumLookUps = 4

    /// The claim for the caller's key; nil without a key.
    func claim(for mapped: MappedRequest, _ request: CallRequest, by token: AccessToken) throws(Problem)
        -> IdempotencyClaim?
    {
        guard let key = request.idempotencyKey, !request.isDryRun else { return nil }
        let method = request.entry.method
        do {
            return try IdempotencyClaim(
                caller: token.name, app: mapped.app.app.name, method: method, key: key,
                content: try content(of: mapped, request), secret: try Self.idempotencySecret(mapped.vault))
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internalError, "The Idempotency-Key could not be hashed.")
        }
    }

    /// The seller, the parameters as sent, and the files. Two calls are the same if these are equal.
    private func content(of mapped: MappedRequest, _ request: CallRequest) throws(CryptoError) -> [[UInt8]] {
        let takesSession = request.entry.session != .none && !(request.entry.isRaw && request.seller == nil)
        let seller =
            takesSession ? mapped.vault.sellerName(app: mapped.app.app, seller: request.seller) ?? "" : ""
        var content = [Array(seller.utf8)]
        for parameter in mapped.call.parameters where !parameter.isDropped {
            content += [Array(parameter.name.utf8), Array(parameter.value.utf8)]
        }
        for file in mapped.call.files {
            content += [Array(file.name.utf8), try Digest.sha256(Array(file.bytes))]
        }
        return content
    }

    /// Looks the key up. Then it makes the call, or replies with the result of the first run.
    func start(_ keyed: KeyedCall, reply: @escaping ReplyHandler) {
        let pipeline = LoopBound(self, loop: loop)
        let bound = LoopBound(keyed, loop: loop)
        Task(executorPreference: loop) { await pipeline.value.lookUp(bound.value, reply) }
    }

    private func lookUp(_ keyed: KeyedCall, _ reply: @escaping ReplyHandler) async {
        keyed.lookUps += 1
        let latest: IdempotencyRecord?
        do throws(PostgresError) {
            latest = try await trail.latestRun(of: keyed.claim, nowMilliseconds: settings.wallClock())
        } catch {
            logger.record(
                .warning, "An idempotency key could not be looked up, and its call was not sent",
                [.method: keyed.request.entry.method, .error: error.description])
            let detail = "The Idempotency-Key could not be looked up, so nothing was sent."
            return refuse(
                keyed, Problem(.auditUnavailable, detail, retryable: true, retryAfterSeconds: 1), reply)
        }
        switch IdempotencyDecision(latest) {
        case .run where keyed.lookUps > Self.maximumLookUps: refuse(keyed, .idempotencyInProgress(latest?.id), reply)
        case .run(let run): await makeRun(keyed, run, reply)
        case .inProgress(let id): refuse(keyed, .idempotencyInProgress(id), reply)
        case .reused(let id): refuse(keyed, .idempotencyKeyReused(id), reply)
        case .unknown(let id): refuse(keyed, .idempotencyUnknown(id), reply)
        case .done(let id): repeatReply(Self.done(id, keyed.request.entry.method), of: id, to: keyed, reply)
        case .replay(let record): repeatReply(await replay(record, keyed), of: record.id, to: keyed, reply)
        }
    }

    /// Makes the call as a run of its key. If another call has claimed the run meanwhile, the key is looked up again.
    private func makeRun(_ keyed: KeyedCall, _ run: Int, _ reply: @escaping ReplyHandler) async {
        let call: PreparedCall
        do throws(Problem) { call = try finish(keyed.mapped, keyed.request, by: keyed.token) } catch {
            return refuse(keyed, error, reply)
        }
        call.pass = keyed.pass
        call.claim = (keyed.claim, run)
        let intent = call.intent(replica: settings.replica, keys: trail.fingerprints)
        let since = EventLoop.now()
        do throws(TrailError) {
            guard try await trail.record(intent, claim: keyed.claim, run: run, until: call.clock.intentDeadline) else {
                return await lookUp(keyed, reply)
            }
            recorded(call, intent, since: since, reply)
        } catch {
            unrecorded(call, intent, error, since: since, reply)
        }
    }

    private func refuse(_ keyed: KeyedCall, _ problem: Problem, _ reply: ReplyHandler) {
        leave()
        var problem = problem
        problem.method = keyed.request.entry.method
        problem.idempotencyID = keyed.mapped.call.requestID
        reply(rejected(problem, keyed.request, by: keyed.token))
    }

    /// Replies to a repeat with the reply of the first run.
    private func repeatReply(_ first: Reply, of id: CallID, to keyed: KeyedCall, _ reply: ReplyHandler) {
        leave()
        metrics.replayed()
        var first = first
        first.headers.append(("Idempotency-Replayed", "true"))
        first.headers.append(("X-Request-Id", keyed.request.clientRequestID ?? id.text))
        reply(first)
    }

    /// The reply of the first run: the same bytes, or a reply from what the trail still keeps.
    private func replay(_ record: IdempotencyRecord, _ keyed: KeyedCall) async -> Reply {
        if let sealed = record.reply {
            do throws(CryptoError) {
                let body = try sealed.body(of: record.id, openedWith: replySeals.key)
                let reply = Reply(status: sealed.status, headers: [("Content-Type", sealed.mediaType)], body: body)
                return reply.about(record.id.text, outcome: record.outcome?.rawValue ?? Outcome.open)
            } catch {
                logger.record(
                    .error, "A reply could not be opened", [.call: record.id.text, .error: error.description])
            }
        }
        do throws(PostgresError) {
            guard let row = try await reader.ownCall(record.id, of: keyed.token) else {
                return Problem(.notFound, "The first call is not kept any more.").reply
            }
            let response = try await reader.response(of: row)
            let view = StoredCallView(
                row: row, responseText: response, form: keyed.mapped.app.responseForm, entry: keyed.request.entry)
            let status = row.status ?? 200
            let mediaType = status == 200 ? "application/json" : "application/problem+json"
            var reply = Reply.json(view.document, status: status)
            reply.headers = [("Content-Type", mediaType)]
            return reply.about(row.id.text, outcome: row.outcome)
        } catch {
            return Problem.unreadableTrail.reply
        }
    }

    /// The reply to a repeat of an unknown call that a note has settled as done.
    private static func done(_ id: CallID, _ method: String) -> Reply {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        json.name("id")
        json.string(id.text)
        json.name("method")
        json.string(method)
        json.name("outcome")
        json.string(Outcome.unknown.rawValue)
        json.name("settled")
        json.string(Note.Settlement.done.rawValue)
        json.endObject()
        return Reply.json(json.bytes).about(id.text, outcome: Outcome.unknown.rawValue)
    }

    /// The sealed reply; nil if a repeat of the call would not get it.
    func sealed(_ reply: Reply, to call: PreparedCall, _ callResult: CallResult) -> SealedReply? {
        guard call.isKeyed, callResult.isReplayable else { return nil }
        let mediaType = reply.headers.first { $0.0 == "Content-Type" }?.1 ?? ""
        do throws(CryptoError) {
            return try SealedReply(
                status: reply.status, mediaType: mediaType, body: reply.body, of: call.id, with: replySeals.sealer)
        } catch {
            logger.record(.error, "A reply could not be sealed", [.call: call.idText, .error: error.description])
            return nil
        }
    }
}

extension CallResult {
    /// Whether a repeat with the same idempotency key gets the same reply.
    fileprivate var isReplayable: Bool {
        switch outcome {
        case .success, .accepted, .partial, .rejected: true
        case .businessFailure: retryable != true
        case .notSent, .throttled, .platformError, .sessionInvalid, .misconfigured, .unknown: false
        }
    }
}

extension Problem {
    fileprivate static func idempotencyInProgress(_ id: CallID?) -> Problem {
        var problem = Problem(
            .idempotencyInProgress, "A call with this Idempotency-Key is still under way.", retryable: true,
            retryAfterSeconds: 1)
        problem.id = id
        return problem
    }

    fileprivate static func idempotencyKeyReused(_ id: CallID) -> Problem {
        var problem = Problem(
            .idempotencyKeyReused,
            "This Idempotency-Key belongs to a call with other parameters, files or another seller. Nothing was sent.",
            retryable: false)
        problem.id = id
        return problem
    }

    fileprivate static func idempotencyUnknown(_ id: CallID) -> Problem {
        var problem = Problem(
            .idempotencyUnknown,
            "The outcome of the first call with this Idempotency-Key is unknown, and a repetition could do it twice. "
                + "Find out what became of it, and settle it with a note.",
            retryable: false)
        problem.id = id
        return problem
    }
}
