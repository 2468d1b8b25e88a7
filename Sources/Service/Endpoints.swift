import Audit
import Catalog
import EventLoop
import HTTPServer
import HTTP1
import Problems
import Relay
import Vault

/// Answers the routes that need a token. Everything runs isolated to a worker: there is no hop between its steps.
struct Endpoints: Sendable {
    let context: RequestContext
    /// The request's body, which the request that is served does not hold.
    let body: RequestBody

    private var catalog: Catalog { context.catalog }

    /// Answers one request; `reply` is called on the worker's loop.
    func serve(
        _ request: ServerRequest, receivedAt: UInt64, on worker: isolated Worker, reply: @Sendable (Reply) -> Void
    ) async {
        guard case .call(let entry) = context.route else { return reply(await answer(request, on: worker)) }
        // Apart from the others: what all of these keep between their awaits would be allocated for each call.
        do throws(Problem) {
            reply(try await call(entry, request: request, receivedAt: receivedAt, on: worker))
        } catch {
            reply(error.reply)
        }
    }

    private func answer(_ request: ServerRequest, on worker: isolated Worker) async -> Reply {
        do throws(Problem) {
            let token = try context.confirmedCaller(by: worker)
            try request.checkRequestID()
            if case .ownCall(let id) = context.route {
                return try await worker.ownCall(id, of: token, catalog: catalog)
            }
            let query = try QueryString(request.query)
            switch context.route {
            case .auditList:
                try query.check(allowed: AuditQuery.listNames)
                let include = try AuditQuery.include(query)
                return try await worker.calls(
                    try AuditQuery.filter(query).checked(against: catalog), include, for: token)
            case .auditCall(let id):
                try query.check(allowed: ["include"])
                let include = try AuditQuery.include(query)
                return try await worker.call(id, include, for: token)
            case .auditNote(let id):
                try query.check(allowed: [])
                try request.checkIsJSON()
                return try await worker.addNote(body.take(), to: id, by: token)
            case .auditUnmask(let id):
                try query.check(allowed: [])
                try request.checkIsJSON()
                return try await worker.unmask(id, body.take(), by: token)
            case .auditRefusals:
                try query.check(allowed: RefusalQuery.names)
                return try await worker.refusals(try RefusalQuery.filter(query), for: token)
            case .auditStats:
                try query.check(allowed: StatsParameters.names)
                var stats = try StatsParameters.read(query)
                stats.filter = try stats.filter.checked(against: catalog)
                return try await worker.stats(stats, for: token)
            case .call, .ownCall, .auditExport, .live, .ready, .metrics, .openAPI, .docs, .methodDocs, .console:
                throw Problem(.notFound, "There is nothing at this path.")
            }
        } catch {
            return error.reply
        }
    }

    private func call(
        _ entry: Entry, request: ServerRequest, receivedAt: UInt64, on worker: isolated Worker
    ) async throws(Problem) -> Reply {
        let token: AccessToken
        do throws(Problem) {
            token = try context.confirmedCaller(by: worker)
        } catch {
            if (try? request.isDryRun) != true {
                worker.trace(request.refusal(error, of: entry, by: context.caller?.name))
            }
            throw error
        }
        return await worker.call(try callRequest(entry, request, receivedAt: receivedAt), by: token)
    }

    /// What the headers and the body of a call say.
    private func callRequest(
        _ entry: Entry, _ request: ServerRequest, receivedAt: UInt64
    ) throws(Problem) -> CallRequest {
        try QueryString(request.query).check(allowed: [])
        let fields = CallFields(request.headers)
        let boundary = try request.callBoundary(entry)
        let key = try fields.idempotencyKey.value(emptyIsAbsent: false)
        let clientID = try fields.requestID.value()
        var call = CallRequest(
            entry: entry, body: body.take(), app: try fields.app.value(), seller: try fields.seller.value(),
            refs: try CallHeaders.refs(fields.refs),
            idempotencyKey: try key.map { value throws(Problem) in try CallHeaders.idempotencyKey(value) },
            clientRequestID: try clientID.map { value throws(Problem) in try CallHeaders.requestID(value) },
            traceID: CallHeaders.traceID(fields.traceParent?.withoutOuterBlanks),
            isDryRun: try CallHeaders.flag("Top-Dry-Run", fields.isDryRun.value(emptyIsAbsent: false)),
            receivedAt: receivedAt)
        call.boundary = boundary
        call.reservation = request.reservation
        return call
    }
}

extension ServerRequest {
    /// What is kept of a request that its caller may not make.
    func refusal(_ problem: Problem, of entry: Entry, by caller: String?) -> Refusal {
        var refusal = Refusal(
            atMilliseconds: WallClock.milliseconds(), caller: caller, method: entry.method,
            status: problem.type.status, type: problem.type.rawValue, pointers: [])
        refusal.app = (try? single("Top-App")).map(ChosenName.shown)
        refusal.seller = try? single("Top-Seller")
        refusal.refs = (try? CallHeaders.refs(headers["Top-Ref"])) ?? []
        refusal.clientRequestID = requestID
        return refusal
    }

    /// The server has refused requests that give it twice.
    var authorization: String? { value("Authorization") }

    /// The server has refused requests that give it twice.
    private var contentType: String? { value("Content-Type") }

    /// `Top-Dry-Run`; an empty one is as wrong as any other word, so that no slip makes a real call.
    var isDryRun: Bool {
        get throws(Problem) { try CallHeaders.flag("Top-Dry-Run", single("Top-Dry-Run", emptyIsAbsent: false)) }
    }

    /// The first value of a header.
    func value(_ name: String) -> String? { headers.first(name: name)?.withoutOuterBlanks }

    /// The value of a header that may be given once.
    func single(_ name: String, emptyIsAbsent: Bool = true) throws(Problem) -> String? {
        let values = headers[name]
        return try SingleField(name: name, first: values.first, count: values.count).value(emptyIsAbsent: emptyIsAbsent)
    }

    /// `X-Request-Id`, if it is given once and has the right form.
    var requestID: String? {
        try? single("X-Request-Id").flatMap { id throws(Problem) in try CallHeaders.requestID(id) }
    }

    /// `X-Request-Id` comes back in the answer, so it is held to its form wherever it is given.
    func checkRequestID() throws(Problem) {
        if let id = try single("X-Request-Id") { _ = try CallHeaders.requestID(id) }
    }

    /// The boundary of a call whose body is `multipart/form-data`, which only a method with files takes; nil for JSON.
    func callBoundary(_ entry: Entry) throws(Problem) -> MultipartBoundary? {
        try checkIsPlain()
        guard let type = contentType, type != "application/json" else { return nil }
        let takesFiles = entry.takesFiles
        if takesFiles, let boundary = try MultipartBoundary(contentType: type) { return boundary }
        try Self.checkIsJSON(type, orMultipart: takesFiles)
        return nil
    }

    /// The body must be declared as JSON in UTF-8, or not declared at all.
    func checkIsJSON() throws(Problem) {
        try checkIsPlain()
        guard let type = contentType, type != "application/json" else { return }
        try Self.checkIsJSON(type, orMultipart: false)
    }

    /// The body must not be compressed.
    private func checkIsPlain() throws(Problem) {
        if let coding = value("Content-Encoding"), coding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, "A compressed body is not accepted: send it without Content-Encoding.")
        }
    }

    private static func checkIsJSON(_ type: String, orMultipart: Bool) throws(Problem) {
        let parts = type.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard let media = parts.first,
            media == "application/json" || media.hasPrefix("application/") && media.hasSuffix("+json")
        else {
            let types = "application/json" + (orMultipart ? " or \(MultipartBoundary.mediaType)" : "")
            throw Problem(.unsupportedMediaType, "The body must be sent with Content-Type: \(types).")
        }
        for part in parts.dropFirst() where part.hasPrefix("charset=") {
            guard part == "charset=utf-8" || part == "charset=\"utf-8\"" else {
                throw Problem(.unsupportedMediaType, "The body must be UTF-8.")
            }
        }
    }
}
