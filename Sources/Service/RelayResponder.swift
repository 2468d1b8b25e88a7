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

    private let catalog: CatalogHolder
    private let workers: [Worker]
    private let readiness: Readiness
    private let registry: PrometheusRegistry
    private let exporter: AuditExporter?
    private let descriptions = ServiceDescriptions()
    private let turn = ManagedAtomic(0)

    /// - Parameter exporter: answers the export; without one there is none.
    init(
        catalog: CatalogHolder, workers: [Worker], readiness: Readiness, registry: PrometheusRegistry,
        exporter: AuditExporter? = nil
    ) {
        self.catalog = catalog
        self.workers = workers
        self.readiness = readiness
        self.registry = registry
        self.exporter = exporter
    }

    /// An entry may allow more than the standard, never less.
    var everyBodyLimit: Int { Self.standardBodyLimit }

    func bodyLimit(method: String, path: String) -> Int {
        guard method == "POST", case .call(let entry)? = try? Route.find(path, in: catalog.current) else {
            return Self.standardBodyLimit
        }
        return entry.maximumBodyBytes ?? Self.standardBodyLimit
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let receivedAt = EventLoop.now()
        // One catalog for the whole of the request, whatever is swapped in meanwhile.
        let catalog = catalog.current
        let route: Route
        do {
            route = try Self.route(request, in: catalog)
        } catch {
            return reply(Self.response(error.reply, to: request))
        }
        if let immediate = answerAtOnce(route) { return reply(Self.response(immediate, to: request)) }
        if route.isDescription {
            let descriptions = descriptions
            // Made off the loops: it takes long when there are thousands of methods.
            Task.detached { reply(Self.response(await descriptions.answer(route, of: catalog), to: request)) }
            return
        }
        let worker = nextWorker
        if case .auditExport = route, let exporter {
            Task(executorPreference: exporter.loop) {
                await exporter.serve(request, catalog: catalog, checkedBy: worker) {
                    reply(Self.response($0, to: request))
                }
            }
            return
        }
        let endpoints = Endpoints(catalog: catalog)
        Task(executorPreference: worker.loop) {
            await endpoints.serve(request, route: route, receivedAt: receivedAt, on: worker) {
                reply(Self.response($0, to: request))
            }
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

    private static func route(_ request: ServerRequest, in catalog: Catalog) throws(Problem) -> Route {
        let route = try Route.find(request.path, in: catalog)
        guard request.method == route.method || (request.isHead && route.method == "GET") else {
            var problem = Problem(.methodNotAllowed, "This path takes \(route.allow).")
            problem.allow = route.allow
            throw problem
        }
        return route
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

    /// The caller's own `X-Request-Id` comes back in every answer; a call without one has its id there already.
    private static func response(_ response: ServerResponse, to request: ServerRequest) -> ServerResponse {
        guard let id = request.value("X-Request-Id"), (1...200).contains(id.utf8.count),
            !response.headers.contains(where: { $0.0 == "X-Request-Id" })
        else {
            return response
        }
        var response = response
        response.headers.append(("X-Request-Id", id))
        return response
    }
}
