public import EventLoop
public import Logging
public import ServiceLifecycle
import Locks

/// A small HTTP/1.1 server: whole requests in; responses out, whole or in pieces (``ResponseStream``).
///
/// It serves keep-alive and pipelined requests in order, one at a time per connection, and holds every size and time
/// to the limits of its ``Configuration``. A client that goes away never cancels a request: its answer is dropped.
///
/// It runs on loops of its maker. A connection stays on one loop from its first byte to its last, and the responder is
/// called there.
public final class HTTPServer: Service {
    /// What the server counts.
    public var statistics: ServerStatistics { shared.statistics }

    private let shared: ServerShared
    private let logger: Logger
    private let loops: [EventLoop]
    private let listener = Locked<Listener?>(nil)

    /// Makes a server; nothing happens until ``start()`` or ``run()``.
    /// - Parameter loops: the loops that connections are spread over, at least one. They must not end before
    ///   ``close()`` has returned.
    public init(configuration: Configuration, loops: [EventLoop], responder: any Responder, logger: Logger) {
        shared = ServerShared(configuration: configuration, responder: responder)
        self.loops = loops
        self.logger = logger
    }

    /// The TCP port that is listened on; nil before ``start()`` and for a Unix socket.
    public var port: Int? { current?.port }

    private var current: Listener? { listener.withLock { $0 } }

    /// Listens and begins to serve; does nothing when it serves already. Not to be called twice at the same time.
    ///
    /// - Throws: ``StartError`` when the address cannot be had.
    public func start() async throws {
        guard current == nil else { return }
        let made = try await Listener.bind(shared, on: loops)
        listener.withLock { $0 = made }
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
        await current?.stopAccepting()
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

    /// Closes everything at once. Requests in work lose their clients. The loops go on.
    public func close() async {
        shared.announceClose()
        await current?.close()
        logger.info("HTTP server is closed")
    }

    private func wait(atMost limit: Duration, until isDone: (ServerStatistics) -> Bool) async {
        let end = ContinuousClock.now + limit
        while !isDone(statistics), ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
