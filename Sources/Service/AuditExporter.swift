import Audit
import Catalog
import EventLoop
import HTTPServer
import Logging
import Metrics
import Postgres
import Problems
import Relay
import Telemetry
import Vault

/// Answers `GET /v1/audit/export`, on a loop apart from the workers' with a connection of its own for each export: the
/// calls and the lists that go on meanwhile do not wait for it.
actor AuditExporter {
    /// The most exports under way at once in a replica.
    static let maximumRunning = 2
    /// The most bytes that are handed to the connection at once.
    private static let pieceBytes = 128 << 10
    /// How long a refused client is told to wait, in seconds.
    private static let retryAfterSeconds = 10

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// Where exports run.
    nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let readiness: Readiness
    private let logger: Logger
    private var running = 0 {
        didSet { runningGauge.record(running) }
    }
    private let runningGauge = Gauge(label: "toprelay_exports_running")
    private let done = Counter(label: "toprelay_exports_total", dimensions: [("result", "done")])
    private let abandoned = Counter(label: "toprelay_exports_total", dimensions: [("result", "abandoned")])
    private let failed = Counter(label: "toprelay_exports_total", dimensions: [("result", "failed")])
    private let refused = Counter(label: "toprelay_exports_total", dimensions: [("result", "refused")])
    private let limitHits = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "exports")])

    init(settings: PostgresSettings, loop: EventLoop, readiness: Readiness, logger: Logger) {
        self.settings = settings
        self.loop = loop
        self.readiness = readiness
        self.logger = logger
        runningGauge.record(0)
    }

    /// Answers one request: with a problem, or with a file in pieces.
    /// - Parameters:
    ///   - context: the caller, and the catalog that tells the business keys.
    ///   - worker: has the copy of the vault that the caller's token is looked up in.
    func serve(
        _ request: ServerRequest, _ context: RequestContext, checkedBy worker: Worker,
        reply: @Sendable (ServerResponse) -> Void
    ) async {
        do throws(Problem) {
            let query = try await Self.check(request, context, on: worker)
            let start = WallClock.milliseconds()
            guard !request.isHead else {
                let headers = query.headers(startMilliseconds: start)
                return reply(ServerResponse(status: 200, headers: headers, stream: ResponseStream()))
            }
            try admit()
            defer { running -= 1 }
            let reader = TrailReader(pool: PostgresPool(loop: loop, settings: settings, size: 1))
            defer { reader.close() }
            var (export, first) = try await begin(query, reader)
            let stream = ResponseStream()
            reply(
                ServerResponse(status: 200, headers: query.headers(startMilliseconds: start), stream: stream))
            await write(&export, first, from: reader, to: stream)
        } catch {
            reply(ServerResponse(error.reply))
        }
    }

    private static func check(
        _ request: ServerRequest, _ context: RequestContext, on worker: isolated Worker
    ) async throws(Problem) -> ExportQuery {
        let token = try context.confirmedCaller(by: worker)
        try request.checkRequestID()
        var query = try ExportQuery(try QueryString(request.query))
        query.filter = try await worker.readable(query.filter.checked(against: context.catalog), by: token)
        return query
    }

    private func admit() throws(Problem) {
        guard !readiness.isDraining else {
            refused.increment()
            throw Problem(
                .draining, "The replica is about to stop.", retryable: true, retryAfterSeconds: Self.retryAfterSeconds)
        }
        guard running < Self.maximumRunning else {
            refused.increment()
            limitHits.increment()
            throw Problem(
                .overloaded, "\(running) exports are under way in this replica, which is as many as it makes at once.",
                retryable: true, retryAfterSeconds: Self.retryAfterSeconds)
        }
        running += 1
    }

    /// Goes up to the first bytes, so that what is wrong from the start is said in a problem document.
    private func begin(_ query: ExportQuery, _ reader: TrailReader) async throws(Problem) -> (TrailExport, [UInt8]) {
        do {
            let scan = try await reader.scan(query.filter, limit: query.limit)
            var export = TrailExport(scan, as: query.format, include: query.include)
            let first = try await export.next(from: reader)
            return (export, first ?? [])
        } catch {
            failed.increment()
            throw Worker.unreadable(error, logger)
        }
    }

    private func write(
        _ export: inout TrailExport, _ first: [UInt8], from reader: TrailReader, to stream: ResponseStream
    ) async {
        do {
            try await write(first, to: stream)
            while let bytes = try await export.next(from: reader) { try await write(bytes, to: stream) }
            stream.finish()
            done.increment()
        } catch let error as PostgresError {
            stream.abort()
            failed.increment()
            logger.record(
                .warning, "An export of the audit trail was cut", [.error: "\(error)", .count: "\(export.rowCount)"])
        } catch {
            stream.abort()
            abandoned.increment()
            logger.record(
                .info, "The reader of an export has gone, or read nothing for too long",
                [.count: "\(export.rowCount)"])
        }
    }

    /// Writes bytes in pieces; without any it looks whether there is still a reader.
    private func write(_ bytes: [UInt8], to stream: ResponseStream) async throws {
        guard bytes.count > Self.pieceBytes else { return try await stream.write(bytes) }
        for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
            try await stream.write(Array(bytes[start..<min(start + Self.pieceBytes, bytes.count)]))
        }
    }
}

extension ServerResponse {
    /// A reply that is whole.
    init(_ reply: Reply) {
        self.init(status: reply.status, headers: reply.headers, body: reply.body)
    }
}
