import AdminAPI
import Audit
import AuditAPI
import Catalog
import Crypto
import EventLoop
import HTTP1
import HTTPServer
import Logging
import Problems
import Relay
import Time
import Vault

/// Decides on each request when its head has arrived, then hands it to a worker. What needs no worker is answered at once.
final class RelayResponder: Responder {
    /// The largest body of a call, in bytes.
    static let standardBodyLimit = 1 << 20

    private let catalog: CatalogHolder
    private let workers: [Worker]
    private let state: ReplicaState
    private let exporter: AuditExporter
    private let admin: AdminHandlers
    private let limiter = CallerLimiter()
    private let delayedReplies = DelayedReplies()
    private let masterKey: KeyRing
    private let logger: Logger
    private let table = OperationTable()
    private let descriptions = ServiceDescriptions()

    /// - Parameters:
    ///   - workers: one for each loop of the server, in the same order.
    ///   - state: what the replica shows of itself.
    ///   - exporter: answers the export.
    ///   - admin: answers requests for administration.
    ///   - masterKey: unmasks requests.
    init(
        catalog: CatalogHolder, workers: [Worker], state: ReplicaState, exporter: AuditExporter,
        admin: AdminHandlers, masterKey: KeyRing, logger: Logger
    ) {
        self.admin = admin
        self.catalog = catalog
        self.workers = workers
        self.state = state
        self.exporter = exporter
        self.masterKey = masterKey
        self.logger = logger
    }

    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision {
        let catalog = catalog.current
        let found = Result { () throws(Problem) in try table.find(request.path, in: catalog) }
        let limit = Self.bodyLimit(of: try? found.get(), method: request.method)
        // The server refuses an announced length above the limit. That precedes all that follows here.
        if let bodyLength, bodyLength > limit { return .proceed(BodyPlan(limit: limit, isKept: false)) }
        let fields = RequestFields(request.headers)
        do throws(Problem) {
            let route = try found.get()
            let operation = try route.place.operation(for: request.method)
            if case .state(let answer) = operation.handler { return .answer(Self.response(answer(state), to: fields)) }
            if case .page(let answer) = operation.handler {
                let page = answer(route.argument, Language(accepting: fields.acceptLanguage))
                return .answer(Self.response(page, to: fields))
            }
            let authorization = try authorize(request, operation, route.argument, fields)
            let admission = admit(authorization?.token, to: operation)
            if let problem = admission.problem {
                let problem = refuse(problem, to: authorization?.token, of: request, route.argument, fields)
                return .answer(Self.limited(ServerResponse(problem.reply), admission, to: fields))
            }
            let context = RequestContext(
                catalog: catalog, operation: operation, argument: route.argument, fields: consume fields,
                authorization: authorization, admission: admission)
            var plan = BodyPlan(limit: limit, isKept: operation.method.takesBody, context: context)
            plan.tellsAddress = !operation.isCall && operation.scope != nil
            return .proceed(plan)
        } catch {
            // The context has taken the fields over.
            return .answer(refusal(error, to: RequestFields(request.headers)))
        }
    }

    /// The answer to a request that is not in order. Where the token is not valid, it waits.
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

    /// Asks the limits of a caller's token. They hold for calls alone.
    private func admit(_ token: AccessToken?, to operation: Operation) -> CallerAdmission {
        guard let token, operation.isCall else { return CallerAdmission() }
        return limiter.admit(token, now: EventLoop.now())
    }

    /// The longest body of a route in bytes. An entry may allow more than the standard, never less.
    static func bodyLimit(of route: OperationTable.Route?, method: String) -> Int {
        guard let route else { return standardBodyLimit }
        if let limit = route.argument.entry?.maximumBodyBytes { return limit }
        return (try? route.place.operation(for: method))?.bodyLimit ?? standardBodyLimit
    }

    private func authorize(
        _ request: ServerRequest, _ operation: Operation, _ argument: PathArgument, _ fields: RequestFields
    ) throws(Problem) -> Authorization? {
        guard let scope = operation.scope else { return nil }
        do {
            return try worker(of: request).authorizer.value.authorize(
                fields.authorization, for: scope, or: operation.otherScope)
        } catch {
            throw refuse(error.problem, to: error.caller, of: request, argument, fields)
        }
    }

    private func refuse(
        _ problem: Problem, to token: AccessToken?, of request: ServerRequest, _ argument: PathArgument,
        _ fields: RequestFields
    ) -> Problem {
        refuse(problem, to: token?.name, of: request, argument, fields)
    }

    /// Leaves a trace of a call that its caller may not make, unless it was to be a dry run.
    /// - Returns: the problem, with the request id that the trace has.
    private func refuse(
        _ problem: Problem, to caller: String?, of request: ServerRequest, _ argument: PathArgument,
        _ fields: RequestFields
    ) -> Problem {
        guard let entry = argument.entry, (try? fields.isDryRun()) != true else { return problem }
        let refusal = fields.refusal(problem, of: entry, by: caller, relayRequestID: Self.newID())
        worker(of: request).rejectedRequests.value.trace(refusal)
        var problem = problem
        problem.shownRequestID = refusal.clientRequestID ?? refusal.relayRequestID
        return problem
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let receivedAt = EventLoop.now()
        guard let context = request.context as? RequestContext else {
            let problem = Problem(.internalError, "The request was not looked at before its body.")
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

    /// Answers what is not a call.
    private func respond(
        to request: ServerRequest, _ context: RequestContext, on worker: Worker,
        reply: @escaping @Sendable (ServerResponse) -> Void
    ) {
        let endpoint = OperationEndpoint(
            context: context, query: request.query, body: request.body, clientAddress: request.clientAddress,
            admin: admin, masterKey: masterKey, logger: logger)
        switch context.operation.handler {
        case .description(let describe):
            let descriptions = descriptions
            Task.detached {
                let page = await describe(descriptions, context.catalog, context.argument.entry)
                reply(Self.response(page, to: context.fields))
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
        case .relay, .audit, .admin, .call, .rawCall, .page, .state:
            Task(executorPreference: worker.loop) {
                let answer = await endpoint.reply(on: worker)
                reply(Self.uncached(ServerResponse(answer), to: context.fields))
            }
        }
    }

    func refuse(_ fault: ServerFault, path: String, headers: HeaderFields) -> ServerResponse {
        var response = Self.response(Problem(fault).reply, to: RequestFields(headers))
        response.closesConnection = true
        return response
    }

    /// The worker on whose loop the request arrived: the whole call stays on one thread.
    private func worker(of request: ServerRequest) -> Worker { workers[request.loopIndex] }

    private static func response(_ reply: Reply, to fields: RequestFields) -> ServerResponse {
        response(ServerResponse(reply), to: fields)
    }

    /// A response with `X-Request-Id`: the caller's own id if it has the right form, else an id of the relay. A call has
    /// its header already.
    private static func response(
        _ response: consuming ServerResponse, to fields: RequestFields
    ) -> ServerResponse {
        if response.headers.contains(where: { $0.0 == "X-Request-Id" }) { return response }
        response.headers.append(("X-Request-Id", (try? fields.clientRequestID()) ?? newID().text))
        return response
    }

    /// The same for a response that has data of calls, and so must not be cached.
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
    /// Adds `Cache-Control: no-store`, unless there is such a field.
    fileprivate mutating func forbidCaching() {
        guard !headers.contains(where: { $0.0 == "Cache-Control" }) else { return }
        headers.append(("Cache-Control", "no-store"))
    }
}
