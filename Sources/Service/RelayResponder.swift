import Atomics
import Catalog
import EventLoop
import HTTPServer
import NIOHTTP1
import Relay
import Telemetry

/// Hands each HTTP request to a worker, and answers at once what needs none.
final class RelayResponder: Responder {
    /// The largest body of a call, in bytes.
    static let standardBodyLimit = 1 << 20

    private let endpoints: Endpoints
    private let workers: [Worker]
    private let readiness: Readiness
    private let registry: PrometheusRegistry
    private let openAPI: [UInt8]
    private let turn = ManagedAtomic(0)

    init(catalog: Catalog, workers: [Worker], readiness: Readiness, registry: PrometheusRegistry) {
        endpoints = Endpoints(catalog: catalog)
        self.workers = workers
        self.readiness = readiness
        self.registry = registry
        openAPI = OpenAPI.document(catalog)
    }

    func bodyLimit(method: String, path: String) -> Int { Self.standardBodyLimit }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let receivedAt = EventLoop.now()
        let route: Route
        do {
            route = try self.route(request)
        } catch {
            return reply(Self.response(error.reply, to: request))
        }
        if let immediate = answerAtOnce(route) { return reply(Self.response(immediate, to: request)) }
        let worker = nextWorker
        let endpoints = endpoints
        Task(executorPreference: worker.loop) {
            let answer = await endpoints.answer(request, route: route, receivedAt: receivedAt, on: worker)
            reply(Self.response(answer, to: request))
        }
    }

    func refuse(_ fault: ServerFault, path: String) -> ServerResponse {
        let reply = Problem(fault).reply
        return ServerResponse(status: reply.status, headers: reply.headers, body: reply.body, closesConnection: true)
    }

    /// The workers in turn.
    private var nextWorker: Worker {
        let turn = turn.loadThenWrappingIncrement(ordering: .relaxed)
        return workers[Int(UInt(bitPattern: turn) % UInt(workers.count))]
    }

    private func route(_ request: ServerRequest) throws(Problem) -> Route {
        let route = try Route.find(request.path, in: endpoints.catalog)
        guard request.method == route.method || (request.isHead && route.method == "GET") else {
            var problem = Problem(.methodNotAllowed, "This path takes \(route.allow).")
            problem.allow = route.allow
            throw problem
        }
        return route
    }

    private func answerAtOnce(_ route: Route) -> Reply? {
        switch route {
        case .live:
            Reply(status: 200, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array("alive\n".utf8))
        case .ready: readiness.reply
        case .metrics:
            Reply(
                status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                body: registry.exposition())
        case .openAPI: .json(openAPI)
        case .call, .ownCall, .auditList, .auditCall, .auditNote, .auditRefusals, .auditStats: nil
        }
    }

    /// Every answer carries an `X-Request-Id`, the caller's own where it gave one.
    private static func response(_ reply: Reply, to request: ServerRequest) -> ServerResponse {
        var headers = reply.headers
        if let id = request.headers.first(name: "X-Request-Id"), (1...200).contains(id.utf8.count),
            !headers.contains(where: { $0.0 == "X-Request-Id" })
        {
            headers.append(("X-Request-Id", id))
        }
        return ServerResponse(status: reply.status, headers: headers, body: reply.body)
    }
}
