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

/// Answers `GET /v1/audit/export`, on a loop apart from the workers' with a connection of its own for each export: the
/// calls and the lists that go on meanwhile do not wait for it.
package actor AuditExporter {
    /// The most exports under way at once in a replica.
    static let maximumRunning = 2
    /// The most bytes that are handed to the connection at once.
    private static let pieceBytes = 128 << 10
    /// How long a refused client is told to wait, in seconds.
    private static let retryAfterSeconds = 10

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// Where exports run.
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
    ///   - isDraining: whether the replica is about to stop.
    ///   - now: milliseconds since 1970.
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

    /// Answers one request: with a problem, or with a file in pieces.
    /// - Parameter isHead: whether the client asks for the headers only.
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
    package init(_ reply: Reply) {
        self.init(status: reply.status, headers: reply.headers, body: reply.body)
    }
}
