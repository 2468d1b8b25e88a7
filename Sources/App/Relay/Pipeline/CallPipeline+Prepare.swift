import Audit
import Catalog
import Crypto
import EventLoop
import JSON
import Problems
import TOP
import Vault

extension CallPipeline {
    /// Makes all checks that precede the intent: clock, method, app, JSON, parameters, session, bans. The body is
    /// parsed once, also for a call that is refused.
    /// - Throws: a problem with the call's request id.
    func prepare(_ request: CallRequest, by token: AccessToken) throws(Problem) -> Preparation {
        let vault: VaultSnapshot
        let app: SigningApp
        do throws(Problem) {
            vault = try currentVault()
            app = try admit(request, token: token, vault: vault)
        } catch {
            throw identified(error, request, by: token)
        }
        let content: CallContent
        do throws(Problem) { content = try CallContent(request) } catch {
            throw identified(error, request, by: token, given: .absent)
        }
        do throws(Problem) {
            let mapped = MappedRequest(
                app: app, vault: vault, call: try map(content, request: request, app: app, token: token, vault: vault))
            if let claim = try claim(for: mapped, request, by: token) {
                return .keyed(KeyedCall(request, token, mapped, claim))
            }
            return .ready(try finish(mapped, request, by: token))
        } catch {
            throw identified(error, request, by: token, given: request.entry.requestID(in: content.document))
        }
    }

    /// Makes the checks that need only the head: the clock, the method and the app.
    private func admit(
        _ request: CallRequest, token: AccessToken, vault: VaultSnapshot
    ) throws(Problem) -> SigningApp {
        try checkClock()
        let method = request.entry.method
        guard token.allows(method: method) else {
            throw Problem(.forbidden, "The token \(token.name) may not call \(method).")
        }
        let app = try resolveApp(request, token: token, vault: vault)
        try checkSeller(request, app: app.app, token: token, vault: vault)
        if !request.isDryRun { try checkPause(of: app.app, method: method) }
        return app
    }

    /// Refuses a call for a seller that the token may not call for. A call without a seller is not limited.
    private func checkSeller(
        _ request: CallRequest, app: App, token: AccessToken, vault: VaultSnapshot
    ) throws(Problem) {
        guard !token.sellers.isEmpty, request.entry.session != .none else { return }
        if request.entry.isRaw, request.entry.session == .optional, request.seller == nil { return }
        guard let seller = vault.sellerName(app: app, seller: request.seller) else { return }
        guard token.allows(seller: seller) else {
            throw Problem(.forbidden, "The token \(token.name) may not call for the seller \"\(seller)\".")
        }
    }

    /// Refuses a call that an operator has paused. The end of a pause is not known.
    private func checkPause(of app: App, method: String) throws(Problem) {
        guard app.pause.covers(method) else { return }
        let what = app.pause.isWhole ? "The app \(app.name) is" : "\(method) is, for the app \(app.name),"
        var problem = Problem(
            .paused, "\(what) paused by an operator; nothing was sent.", retryable: true,
            retryAfterSeconds: Self.pauseRetrySeconds)
        problem.method = method
        throw problem
    }

    private static let pauseRetrySeconds = 30

    /// A call after the checks of its parameters.
    enum Preparation {
        /// It can be relayed.
        case ready(PreparedCall)
        /// Its idempotency key has to be looked up first.
        case keyed(KeyedCall)
    }

    /// Checks the session and the bans of a mapped call.
    func finish(_ mapped: MappedRequest, _ request: CallRequest, by token: AccessToken) throws(Problem)
        -> PreparedCall
    {
        let (app, vault, method) = (mapped.app, mapped.vault, request.entry.method)
        let clock = CallClock(
            receivedAt: request.receivedAt, timeout: request.timeout(atMost: settings.callTimeout),
            wallClock: settings.wallClock)
        let session = try session(for: request, app: app.app, vault: vault, now: clock.startMilliseconds)
        // The request may have waited, so the remaining seconds of a ban count from now.
        if !request.isDryRun { try checkBans(app: app.app.name, method: method, now: settings.wallClock()) }
        let id = CallID.make(epochMilliseconds: clock.startMilliseconds, using: &random)
        return PreparedCall(
            request: request, token: token, app: app, session: session, mapped: mapped.call, id: id, clock: clock)
    }

    /// Refuses calls while the replica's clock differs too much from the database's. The trail's times would be wrong.
    private func checkClock() throws(Problem) {
        let clock = freshness.clock
        guard !clock.isUsable, let seconds = clock.seconds else { return }
        throw Problem(
            .auditUnavailable,
            "The replica's clock differs from the database's by \(Int(abs(seconds))) s; nothing was sent.",
            retryable: true, retryAfterSeconds: 1)
    }

    private func resolveApp(_ request: CallRequest, token: AccessToken, vault: VaultSnapshot) throws(Problem)
        -> SigningApp
    {
        let app: App
        do {
            app = try vault.resolveApp(named: request.app, for: request.entry.method, token: token)
        } catch {
            throw Problem(error)
        }
        if let known = signingApps[ObjectIdentifier(app)] { return known }
        let signing = SigningApp(app, defaultGatewayURL: settings.gatewayURL)
        signingApps[ObjectIdentifier(app)] = signing
        return signing
    }

    /// The session of the call. A dry run shows the mapping even if the seller has no usable session.
    private func session(
        for request: CallRequest, app: App, vault: VaultSnapshot, now: Int64
    ) throws(Problem) -> SellerSession? {
        do throws(Problem) {
            return try resolveSession(request, app: app, vault: vault, now: now)
        } catch {
            if request.isDryRun { return nil }
            throw error
        }
    }

    /// The session to use; nil for a method without session, which ignores `Top-Seller`.
    private func resolveSession(
        _ request: CallRequest, app: App, vault: VaultSnapshot, now: Int64
    ) throws(Problem) -> SellerSession? {
        switch request.entry.session {
        case .none: return nil
        case .optional where request.seller == nil && request.entry.isRaw: return nil
        case .optional where request.seller == nil:
            return try? vault.resolveSession(app: app, seller: nil, now: now)
        case .required, .optional:
            do {
                return try vault.resolveSession(app: app, seller: request.seller, now: now)
            } catch {
                var problem = Problem(.sessionInvalid, error.description, retryable: false)
                problem.method = request.entry.method
                throw problem
            }
        }
    }

    private func map(
        _ content: CallContent, request: CallRequest, app: SigningApp, token: AccessToken, vault: VaultSnapshot
    ) throws(Problem) -> MappedCall {
        var idempotency: IdempotencyKey?
        if let key = request.idempotencyKey {
            idempotency = IdempotencyKey(
                derived: try Self.derivedRequestID(
                    vault, caller: token.name, app: app.app.name, method: request.entry.method, key: key))
        }
        switch request.entry.map(
            content.document, files: content.files, repeatedNames: content.repeatedNames, idempotency: idempotency,
            constants: app.constantNames)
        {
        case .mapped(let mapped): return mapped
        case .refused(let faults):
            var problem = Problem(.invalidParameters, Self.detail(of: faults))
            problem.method = request.entry.method
            problem.faults = Array(faults)
            throw problem
        }
    }

    private static func detail(of faults: FaultList) -> String {
        if faults.count == 1 { return "One parameter is invalid; nothing was sent." }
        let all = "\(faults.count + faults.omitted) parameters are invalid; nothing was sent."
        return faults.omitted == 0 ? all : all + " The first \(faults.count) are listed."
    }

    private func checkBans(app: String, method: String, now: Int64) throws(Problem) {
        guard let seconds = bans.remainingSeconds(app: app, method: method, nowMilliseconds: now) else { return }
        metrics.refusedByBan()
        var problem = Problem(
            .throttled, "TOP has banned these calls of the app \(app) for another \(seconds) s; nothing was sent.",
            retryable: true,
            retryAfterSeconds: seconds)
        problem.method = method
        throw problem
    }

    /// The reply to a dry run: the parameters as they would be sent, and the text that would be signed.
    func dryRun(_ call: PreparedCall) -> Reply {
        let parameters = call.app.parameters(
            for: call.parameters, method: call.method, timestamp: currentTimestamp(),
            session: call.session == nil && call.entry.session != .required ? nil : "***")
        var base = String(decoding: call.app.signer.baseString(parameters), as: UTF8.self)
        if call.app.method == .md5 { base = "***" + base + "***" }
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.name("dry_run")
        json.bool(true)
        json.name("method")
        json.string(call.method)
        json.content(Array(parameters), fileSizes: call.fileSizes)
        json.name("base_string")
        json.string(base)
        json.optional("request_id", call.mapped.requestID)
        json.endObject()
        return .json(json.bytes)
    }
}
