import Atomics
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle

/// A small HTTP/1.1 server: whole requests in; responses out, whole or in pieces (``ResponseStream``).
///
/// It serves keep-alive and pipelined requests in order, one at a time per connection, and holds every size and time
/// to the limits of its ``Configuration``. A client that goes away never cancels a request: its answer is dropped.
public final class HTTPServer: Service {
    /// What the server counts.
    public var statistics: ServerStatistics { shared.statistics }

    private let shared: ServerShared
    private let logger: Logger
    private let listener = ManagedAtomicLazyReference<Listener>()

    /// Makes a server; nothing happens until ``start()`` or ``run()``.
    public init(configuration: Configuration, responder: any Responder, logger: Logger) {
        shared = ServerShared(configuration: configuration, responder: responder)
        self.logger = logger
    }

    /// The TCP port that is listened on; nil before ``start()`` and for a Unix socket.
    public var port: Int? { listener.load()?.channel.localAddress?.port }

    /// Listens and begins to serve; does nothing when it serves already.
    ///
    /// - Throws: ``StartError`` when the address cannot be had.
    public func start() async throws {
        guard listener.load() == nil else { return }
        let made = try await Listener.bind(shared)
        guard listener.storeIfNilThenLoad(made) === made else {
            await made.close()
            return
        }
        logger.info(
            "HTTP server listens",
            metadata: ["address": "\(shared.configuration.address)", "port": "\(port ?? 0)"])
    }

    /// Serves until the surrounding service group shuts down gracefully, then drains: see ``shutDown()``. When the
    /// task is cancelled instead, everything closes at once.
    public func run() async throws {
        try await start()
        do {
            try await gracefulShutdown()
            await shutDown()
        } catch {
            await close()
        }
    }

    /// From now on each answer says `Connection: close` and closes its connection. New connections are still accepted.
    public func announceClose() {
        shared.announceClose()
    }

    /// Stops listening, and closes the connections on which nothing is under way.
    public func stopAccepting() async {
        shared.announceClose()
        await listener.load()?.stopAccepting()
    }

    /// Drains the server in four steps: ``announceClose()``; after `drainDelay` ``stopAccepting()``; waits up to
    /// `drainTimeout`, or `limit` in its place, for the requests in work, answers in pieces among them; closes what is
    /// left, at most a second later.
    public func shutDown(within limit: Duration? = nil) async {
        announceClose()
        let configuration = shared.configuration
        let limit = limit ?? configuration.drainTimeout
        logger.info("HTTP server drains", metadata: ["running": "\(statistics.runningRequests.value)"])
        try? await Task.sleep(for: configuration.drainDelay)
        await stopAccepting()
        await wait(atMost: limit) { $0.runningRequests.value == 0 }
        // Last answers are still on their way to clients that read slowly.
        await wait(atMost: min(limit, .seconds(1))) { $0.openConnections.value == 0 }
        let abandoned = statistics.runningRequests.value
        if abandoned > 0 {
            logger.warning("HTTP server closes with requests in work", metadata: ["running": "\(abandoned)"])
        }
        await close()
    }

    /// Closes everything at once and ends the server's threads. Requests in work lose their clients.
    public func close() async {
        shared.announceClose()
        await listener.load()?.close()
        logger.info("HTTP server is closed")
    }

    private func wait(atMost limit: Duration, until isDone: (ServerStatistics) -> Bool) async {
        let end = ContinuousClock.now + limit
        while !isDone(statistics), ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
