import AdminAPI
import Audit
import AuditAPI
import Catalog
import Credentials
import Crypto
import EventLoop
import HTTP1
import HTTPServer
import Logging
import Problems
import Relay
import Time
import Vault

/// Decides on each request when its head has arrived, then passes it to a worker. It answers at once if no worker is
/// needed.
final class RelayResponder: Responder {
    /// The largest body of a call, in bytes.
    static let standardBodyLimit = 1 << 20

    private let catalog: CatalogHolder
    private let workers: [Worker]
    private let state: ReplicaState
    private let exporter: AuditExporter
    private let authority: SessionAuthority
    private let admin: AdminHandlers
    private let limiter = CallerLimiter()
    private let delayedReplies = DelayedReplies()
    private let masterKey: KeyRing
    private let logger: Logger
    private let table = OperationTable()
    private let descriptions = ServiceDescriptions()

    /// - Parameters:
    ///   - workers: one for each loop of the server, in the same order.
    ///   - state: the state of the replica.
    ///   - exporter: streams the export.
    ///   - authority: gets session keys.
    ///   - admin: handles administration.
    ///   - masterKey: unmasks requests.
    init(
        catalog: CatalogHolder, workers: [Worker], state: ReplicaState, exporter: AuditExporter,
        authority: SessionAuthority, admin: AdminHandlers, masterKey: KeyRing, logger: Logger
    ) {
        self.admin = admin
        self.catalog = catalog
        self.workers = workers
        self.state = state
        self.exporter = exporter
        self.authority = authority
        self.masterKey = masterKey
        self.logger = logger
    }

    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision {
        let catalog = catalog.current
        let found = Result { () throws(Problem) in try table.find(request.path, in: catalog) }
        let limit = Self.bodyLimit(of: try? found.get(), method: request.method)
        // The server refuses an announced length above the limit. That check precedes all others.
        if let bodyLength, bodyLength > limit { return .proceed(BodyPlan(limit: limit, isKept: false)) }
        let fields = RequestFields(request.headers)
        do throws(Problem) {
            let route = try found.get()
            let operation = try route.resource.operation(for: request.method)
            if case .state(let show) = operation.handler { return .respond(Self.response(show(state), to: fields)) }
            if case .page(let show) = operation.handler {
                let page = show(route.argument, Language(accepting: fields.acceptLanguage))
                return .respond(Self.response(page, to: fields))
            }
            let authorization = try authorize(request, operation, route.argument, fields)
            let admission = admit(authorization?.token, to: operation)
            if let problem = admission.problem {
                return .respond(
                    limited(problem, admission, of: request, route.argument, by: authorization?.token, fields))
            }
            let context = RequestContext(
                catalog: catalog, operation: operation, argument: route.argument, fields: consume fields,
                authorization: authorization, admission: admission)
            var plan = BodyPlan(limit: limit, isKept: operation.method.takesBody, context: context)
            plan.tellsAddress = operation.recordsOrigin
            return .proceed(plan)
        } catch {
            // The context may have consumed the fields, so they are read again.
            return .respond(refusal(error, to: RequestFields(request.headers)))
        }
    }

    /// The response to a request that is not in order. If the token is not valid, the response waits.
    private func refusal(_ problem: Problem, to fields: RequestFields) -> ServerResponse {
        var response = Self.response(problem.reply, to: fields)
        guard problem.type == .unauthenticated else { return response }
        if let place = delayedReplies.enter() {
            response.delay = ResponseDelay(DelayedReplies.delay, holding: place)
        } else {
            response.closesConnection = true
        }
        return response
    }

    /// The response to a call that the limits of its caller refuse.
    private func limited(
        _ problem: Problem, _ admission: CallerAdmission, of request: ServerRequest, _ argument: PathArgument,
        by caller: AccessToken?, _ fields: RequestFields
    ) -> ServerResponse {
        var problem = problem
        if let entry = argument.entry {
            problem = fields.rejected(problem, of: entry, by: caller?.name, on: worker(of: request))
        }
        return Self.limited(ServerResponse(problem.reply), admission, to: fields)
    }

    /// Checks the limits of a caller's token. They hold for calls alone.
    private func admit(_ token: AccessToken?, to operation: Operation) -> CallerAdmission {
        guard let token, operation.isCall else { return CallerAdmission() }
        return limiter.admit(token, now: EventLoop.now())
    }

    /// The longest body of a route in bytes. An entry may allow more than the standard limit, never less.
    static func bodyLimit(of route: OperationTable.Route?, method: String) -> Int {
        guard let route else { return standardBodyLimit }
        if let limit = route.argument.entry?.maximumBodyBytes { return limit }
        return (try? route.resource.operation(for: method))?.bodyLimit ?? standardBodyLimit
    }

    private func authorize(
        _ request: ServerRequest, _ operation: Operation, _ argument: PathArgument, _ fields: RequestFields
    ) throws(Problem) -> Authorization? {
        guard let scope = operation.scope else { return nil }
        do {
            return try worker(of: request).authorizer.value.authorize(
                fields.authorization, for: scope, or: operation.otherScope)
        } catch {
            guard let entry = argument.entry else { throw error.problem }
            throw fields.rejected(error.problem, of: entry, by: error.caller, on: worker(of: request))
        }
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let receivedAt = EventLoop.now()
        guard let context = request.context as? RequestContext else {
            let problem = Problem(.internalError, "The head of the request was not checked.")
            return reply(ServerResponse(problem.reply))
        }
        let worker = worker(of: request)
        guard context.operation.isCall, let entry = context.argument.entry else {
            return respond(to: request, context, on: worker, reply: reply)
        }
        CallEndpoint(context: context, entry: entry).serve(request, receivedAt: receivedAt, on: worker) {
            reply(Self.limited(ServerResponse($0), context.admission, to: context.fields))
        }
    }

    /// Answers a request that is not a call.
    private func respond(
        to request: ServerRequest, _ context: RequestContext, on worker: Worker,
        reply: @escaping @Sendable (ServerResponse) -> Void
    ) {
        let endpoint = OperationEndpoint(
            context: context, query: request.query, body: request.body, clientAddress: request.clientAddress,
            authority: authority, admin: admin, masterKey: masterKey, logger: logger)
        switch context.operation.handler {
        case .description(let describe):
            let descriptions = descriptions
            Task.detached {
                let page = await describe(descriptions, context.catalog, context.argument.entry)
                reply(Self.response(page, to: context.fields))
            }
        case .callback:
            let (query, isHead, authority) = (request.query, request.isHead, authority)
            let origin = context.fields.origin(request.clientAddress)
            Task(executorPreference: worker.loop) {
                let language = Language(accepting: context.fields.acceptLanguage)
                let page = await AuthorisationEndpoint.end(
                    query, isHead: isHead, from: origin, language, authority)
                reply(Self.uncached(ServerResponse(page), to: context.fields))
            }
        case .export:
            let (exporter, isHead) = (exporter, request.isHead)
            Task(executorPreference: worker.loop) {
                do throws(Problem) {
                    let export = try await endpoint.export(on: worker)
                    await exporter.serve(export, isHead: isHead) {
                        reply(Self.uncached($0, to: context.fields))
                    }
                } catch {
                    reply(Self.uncached(ServerResponse(error.reply), to: context.fields))
                }
            }
        case .sessionImport:
            let (admin, reservation) = (admin, request.reservation)
            Task(executorPreference: worker.loop) {
                do throws(Problem) {
                    let authorized = try await endpoint.authorized(by: worker)
                    await admin.importSessions(authorized, reservation) {
                        reply(Self.uncached($0, to: context.fields))
                    }
                } catch {
                    reply(Self.uncached(ServerResponse(error.reply), to: context.fields))
                }
            }
        case .relay, .audit, .admin, .authorisation, .call, .rawCall, .page, .state:
            Task(executorPreference: worker.loop) {
                let response = ServerResponse(await endpoint.reply(on: worker))
                reply(Self.uncached(response, to: context.fields))
            }
        }
    }

    func refuse(_ error: HTTPRequestError, path: String, headers: HeaderFields) -> ServerResponse {
        var response = Self.response(Problem(error).reply, to: RequestFields(headers))
        response.closesConnection = true
        return response
    }

    /// The worker on whose loop the request arrived. So the whole call stays on one thread.
    private func worker(of request: ServerRequest) -> Worker { workers[request.loopIndex] }

    private static func response(_ reply: Reply, to fields: RequestFields) -> ServerResponse {
        response(ServerResponse(reply), to: fields)
    }

    /// The response with `X-Request-Id`: the caller's own id if it is valid, else an id of the relay. The response to a
    /// call already has the field.
    private static func response(
        _ response: consuming ServerResponse, to fields: RequestFields
    ) -> ServerResponse {
        if response.headers.contains(where: { $0.0 == "X-Request-Id" }) { return response }
        response.headers.append(("X-Request-Id", (try? fields.clientRequestID()) ?? newID().text))
        return response
    }

    /// Like `response`, for data of calls, which must not be cached.
    private static func uncached(_ response: consuming ServerResponse, to fields: RequestFields) -> ServerResponse {
        response.forbidCaching()
        return self.response(response, to: fields)
    }

    /// The response to a call, with the limits of its caller.
    private static func limited(
        _ response: consuming ServerResponse, _ admission: CallerAdmission, to fields: RequestFields
    ) -> ServerResponse {
        for field in admission.fields { response.headers.append(field) }
        return uncached(response, to: fields)
    }

    /// A new id of the relay, for `X-Request-Id`.
    static func newID() -> CallID {
        var random = SystemRandomNumberGenerator()
        return CallID.make(epochMilliseconds: WallClock.milliseconds(), using: &random)
    }
}

extension ServerResponse {
    /// Adds `Cache-Control: no-store`, unless the response has a `Cache-Control`.
    fileprivate mutating func forbidCaching() {
        guard !headers.contains(where: { $0.0 == "Cache-Control" }) else { return }
        headers.append(("Cache-Control", "no-store"))
    }
}

extension Problem {
    /// The problem of a request that the HTTP server refuses.
    init(_ error: HTTPRequestError) {
        switch error {
        case .payloadTooLarge: self.init(.payloadTooLarge, error.description)
        case .malformed, .transferCodingUnsupported, .versionUnsupported:
            self.init(.malformedRequest, error.description)
        case .targetTooLong: self.init(.targetTooLong, error.description)
        case .headersTooLarge: self.init(.headersTooLarge, error.description)
        case .requestTimeout: self.init(.requestTimeout, error.description)
        case .tooManyConnections, .tooManyBodyBytes:
            self.init(.overloaded, error.description, retryable: true, retryAfterSeconds: 1)
        case .expectationFailed: self.init(.expectationFailed, error.description)
        }
    }
}
