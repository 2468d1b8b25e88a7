import Audit
import Catalog
package import EventLoop
package import HTTPServer
package import Logging
import Metrics
package import Postgres
package import Problems
import Telemetry
import Vault

/// Serves `GET /v1/audit/export`. It runs on a separate loop, with its own connection for each export, so that calls
/// and lists do not wait for exports.
package actor AuditExporter {
    /// The maximum number of simultaneous exports of a replica.
    static let maximumRunning = 2
    /// The maximum number of bytes that are given to the connection at once.
    private static let pieceBytes = 128 << 10
    /// The Retry-After of a rejected export, in seconds.
    private static let retryAfterSeconds = 10

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// The loop on which exports run.
    package nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let isDraining: @Sendable () -> Bool
    private let now: @Sendable () -> Int64
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

    /// - Parameters:
    ///   - isDraining: whether the replica is stopping.
    ///   - now: the time in milliseconds since 1970.
    package init(
        settings: PostgresSettings, loop: EventLoop, logger: Logger, isDraining: @escaping @Sendable () -> Bool,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.loop = loop
        self.isDraining = isDraining
        self.now = now
        self.logger = logger
        runningGauge.record(0)
    }

    /// Serves one request, with a problem document or with a streamed file.
    /// - Parameter isHead: whether the client asks only for the headers.
    package func serve(
        _ export: AuthorizedExport, isHead: Bool, reply: @Sendable (ServerResponse) -> Void
    ) async {
        do throws(Problem) {
            let headers = export.headers(startMilliseconds: now())
            guard !isHead else {
                return reply(ServerResponse(status: 200, headers: headers, stream: ResponseStream()))
            }
            try admit()
            defer { running -= 1 }
            let reader = TrailReader(pool: PostgresPool(loop: loop, settings: settings, size: 1))
            defer { reader.close() }
            var (file, first) = try await begin(export, reader)
            let stream = ResponseStream()
            reply(ServerResponse(status: 200, headers: headers, stream: stream))
            await write(&file, first, from: reader, to: stream)
        } catch {
            reply(ServerResponse(error.reply))
        }
    }

    private func admit() throws(Problem) {
        guard !isDraining() else {
            refused.increment()
            throw Problem(
                .draining, "The replica is stopping.", retryable: true, retryAfterSeconds: Self.retryAfterSeconds)
        }
        guard running < Self.maximumRunning else {
            refused.increment()
            limitHits.increment()
            throw Problem(
                .overloaded, "This replica already runs \(running) exports, its maximum. Try again later.",
                retryable: true, retryAfterSeconds: Self.retryAfterSeconds)
        }
        running += 1
    }

    /// Reads the first bytes before the reply starts, so that an early error becomes a problem document.
    private func begin(_ export: AuthorizedExport, _ reader: TrailReader) async throws(Problem) -> (
        TrailExport, [UInt8]
    ) {
        do {
            let scan = try await reader.scan(export.query, limit: export.limit)
            var file = TrailExport(scan, as: export.format, include: export.include)
            let first = try await file.next(from: reader)
            return (file, first ?? [])
        } catch {
            failed.increment()
            throw AuditHandlers.unreadable(error, logger)
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
                .warning, "Export failed", [.error: "\(error)", .count: "\(export.rowCount)"])
        } catch {
            stream.abort()
            abandoned.increment()
            logger.record(
                .info, "Export abandoned by its reader",
                [.count: "\(export.rowCount)"])
        }
    }

    /// Writes bytes in pieces. Writing no bytes checks whether the reader is still connected.
    private func write(_ bytes: [UInt8], to stream: ResponseStream) async throws {
        guard bytes.count > Self.pieceBytes else { return try await stream.write(bytes) }
        for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
            try await stream.write(Array(bytes[start..<min(start + Self.pieceBytes, bytes.count)]))
        }
    }
}

extension ServerResponse {
    /// Makes a complete response from a reply.
    package init(_ reply: Reply) {
        self.init(status: reply.status, headers: reply.headers, body: reply.body)
    }
}
