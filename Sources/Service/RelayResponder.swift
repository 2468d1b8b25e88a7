import Audit
import Catalog
import EventLoop
import HTTPServer
import Problems
import Relay
import Telemetry
import Vault

/// Decides on each request when its head has arrived, then hands it to a worker. What needs no worker is answered at once.
final class RelayResponder: Responder {
    /// The largest body of a call, in bytes.
    static let standardBodyLimit = 1 << 20

    private let catalog: CatalogHolder
    private let workers: [Worker]
    private let authorizer: Authorizer
    private let readiness: Readiness
    private let registry: PrometheusRegistry
    private let exporter: AuditExporter?
    private let descriptions = ServiceDescriptions()

    /// - Parameters:
    ///   - workers: one for each loop of the server, in the same order.
    ///   - authorizer: checks the tokens of requests when their heads have arrived.
    ///   - exporter: answers the export; without one there is none.
    init(
        catalog: CatalogHolder, workers: [Worker], authorizer: Authorizer, readiness: Readiness,
        registry: PrometheusRegistry,
        exporter: AuditExporter? = nil
    ) {
        self.catalog = catalog
        self.workers = workers
        self.authorizer = authorizer
        self.readiness = readiness
        self.registry = registry
        self.exporter = exporter
    }

    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision {
        let catalog = catalog.current
        let found = Result { () throws(Problem) in try Route.find(request.path, in: catalog) }
        let limit = Self.bodyLimit(of: try? found.get())
        // The server refuses an announced length above the limit. That precedes all that follows here.
        if let bodyLength, bodyLength > limit { return .proceed(BodyPlan(limit: limit, isKept: false)) }
        do throws(Problem) {
            let route = try found.get()
            try Self.checkMethod(request, route)
            if let immediate = answerAtOnce(route) { return .answer(Self.response(immediate, to: request)) }
            let context = RequestContext(catalog: catalog, route: route, caller: try authorize(request, route))
            return .proceed(BodyPlan(limit: limit, isKept: route.method == "POST", context: context))
        } catch {
            return .answer(Self.response(error.reply, to: request))
        }
    }

    /// The longest body of a route in bytes. An entry may allow more than the standard, never less.
    static func bodyLimit(of route: Route?) -> Int {
        guard case .call(let entry)? = route else { return standardBodyLimit }
        return entry.maximumBodyBytes ?? standardBodyLimit
    }

    private func authorize(_ request: ServerRequest, _ route: Route) throws(Problem) -> AccessToken? {
        guard let scope = route.scope else { return nil }
        do {
            return try authorizer.authorize(request.authorization, for: scope)
        } catch {
            trace(error, of: request, route)
            throw error.problem
        }
    }

    /// Leaves a trace of a call that its caller may not make, unless it was to be a dry run.
    private func trace(_ error: AuthorizationError, of request: ServerRequest, _ route: Route) {
        guard case .call(let entry) = route, (try? request.isDryRun) != true else { return }
        let refusal = request.refusal(error.problem, of: entry, by: error.caller)
        let worker = worker(of: request)
        worker.loop.execute { worker.assumeIsolated { $0.trace(refusal) } }
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let receivedAt = EventLoop.now()
        guard let context = request.context as? RequestContext else {
            let problem = Problem(.internalError, "The request was not looked at before its body.")
            return reply(Self.response(problem.reply, to: request))
        }
        if context.route.isDescription {
            let descriptions = descriptions
            // Made off the loops: it takes long when there are thousands of methods.
            Task.detached {
                reply(Self.response(await descriptions.answer(context.route, of: context.catalog), to: request))
            }
            return
        }
        let worker = worker(of: request)
        if case .auditExport = context.route, let exporter {
            Task(executorPreference: exporter.loop) {
                await exporter.serve(request, context, checkedBy: worker) {
                    reply(Self.response($0.uncached, to: request))
                }
            }
            return
        }
        let endpoints = Endpoints(context: context, body: RequestBody(request.body))
        var request = request
        request.body = []
        Task(executorPreference: worker.loop) { [request] in
            await endpoints.serve(request, receivedAt: receivedAt, on: worker) {
                reply(Self.response(ServerResponse($0).uncached, to: request))
            }
        }
    }

    func refuse(_ fault: ServerFault, path: String) -> ServerResponse {
        let reply = Problem(fault).reply
        return ServerResponse(
            status: reply.status, headers: reply.headers + [("X-Request-Id", Self.newID())], body: reply.body,
            closesConnection: true)
    }

    /// The worker on whose loop the request arrived: the whole call stays on one thread.
    private func worker(of request: ServerRequest) -> Worker { workers[request.loopIndex] }

    private static func checkMethod(_ request: ServerRequest, _ route: Route) throws(Problem) {
        guard request.method == route.method || (request.isHead && route.method == "GET") else {
            var problem = Problem(.methodNotAllowed, "This path takes \(route.allow).")
            problem.allow = route.allow
            throw problem
        }
    }

    private func answerAtOnce(_ route: Route) -> Reply? {
        switch route {
        case .live: readiness.liveness?.reply ?? Liveness.alive
        case .ready: readiness.reply
        case .console: ConsolePage.reply
        case .metrics:
            Reply(
                status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                body: registry.exposition())
        case .openAPI, .docs, .methodDocs, .call, .ownCall, .auditList, .auditCall, .auditNote, .auditUnmask,
            .auditRefusals,
            .auditStats, .auditExport:
            nil
        }
    }

    private static func response(_ reply: Reply, to request: ServerRequest) -> ServerResponse {
        response(ServerResponse(reply), to: request)
    }

    /// A response with `X-Request-Id`: the caller's own id if it has the right form, else an id of the relay. A call has
    /// its header already.
    private static func response(_ response: ServerResponse, to request: ServerRequest) -> ServerResponse {
        guard !response.headers.contains(where: { $0.0 == "X-Request-Id" }) else { return response }
        var response = response
        response.headers.append(("X-Request-Id", request.requestID ?? newID()))
        return response
    }

    private static func newID() -> String {
        var random = SystemRandomNumberGenerator()
        return CallID.make(epochMilliseconds: WallClock.milliseconds(), using: &random).text
    }
}

extension ServerResponse {
    /// The response with `Cache-Control: no-store`, because it has data of calls.
    fileprivate var uncached: ServerResponse {
        guard !headers.contains(where: { $0.0 == "Cache-Control" }) else { return self }
        var response = self
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }
}
