package import EventLoop
package import Logging
import ServiceLifecycle
import Locks

/// A small HTTP/1.1 server. It takes whole requests, and sends responses whole or in pieces (``ResponseStream``).
///
/// It serves keep-alive and pipelined requests in order, one at a time per connection. Its ``Configuration`` limits
/// every size and time. A client that disconnects never cancels its request: the response is dropped.
///
/// It runs on the loops that it is given. A connection stays on one loop from its first byte to its last, and the
/// responder is called there. The module must not know what the requests mean.
package final class HTTPServer: Service {
    /// The server's counters and gauges.
    package var metrics: ServerMetrics { shared.metrics }

    private let shared: ServerShared
    private let logger: Logger
    private let loops: [EventLoop]
    private let listener = Locked<Listener?>(nil)

    /// Makes a server. It does nothing until ``start()`` or ``run()``.
    /// - Parameter loops: the loops that connections are spread over, at least one. They must not end before
    ///   ``close()`` has returned.
    package init(configuration: Configuration, loops: [EventLoop], responder: any Responder, logger: Logger) {
        shared = ServerShared(configuration: configuration, responder: responder)
        self.loops = loops
        self.logger = logger
    }

    /// The TCP port that the server listens on; nil before ``start()`` and for a Unix socket.
    package var port: Int? { current?.port }

    private var current: Listener? { listener.withLock { $0 } }

    /// Listens and begins to serve. It does nothing if the server already serves. Do not call it concurrently.
    ///
    /// - Throws: ``ListenError`` if the server cannot listen on its address.
    package func start() async throws {
        guard current == nil else { return }
        let made = try await Listener.bind(shared, on: loops)
        listener.withLock { $0 = made }
        logger.info(
            "HTTP server listens",
            metadata: ["address": "\(shared.configuration.address)", "port": "\(port ?? 0)"])
    }

    /// Serves until the surrounding service group shuts down gracefully, then drains: see ``shutDown(within:)``. If
    /// the task is cancelled instead, everything closes at once.
    package func run() async throws {
        try await start()
        do {
            try await gracefulShutdown()
            await shutDown()
        } catch {
            await close()
        }
    }

    /// From now on each response has `Connection: close` and closes its connection. New connections are still accepted.
    package func announceClose() {
        shared.announceClose()
    }

    /// Stops listening, and closes the connections without a request.
    package func stopAccepting() async {
        shared.announceClose()
        await current?.stopAccepting()
    }

    /// Drains the server in four steps.
    ///
    /// 1. ``announceClose()``.
    /// 2. After `drainDelay`: ``stopAccepting()``.
    /// 3. Waits for running requests, including responses in pieces: at most `drainTimeout`, or `limit` if given.
    /// 4. Closes the remaining connections, at most a second later.
    package func shutDown(within limit: Duration? = nil) async {
        announceClose()
        let configuration = shared.configuration
        let limit = limit ?? configuration.drainTimeout
        logger.info("HTTP server drains", metadata: ["running": "\(metrics.runningRequests.value)"])
        try? await Task.sleep(for: configuration.drainDelay)
        await stopAccepting()
        await wait(atMost: limit) { $0.runningRequests.value == 0 }
        // Clients that read slowly may still be receiving their last responses.
        await wait(atMost: min(limit, .seconds(1))) { $0.openConnections.value == 0 }
        let abandoned = metrics.runningRequests.value
        if abandoned > 0 {
            logger.warning("HTTP server closes with requests in work", metadata: ["running": "\(abandoned)"])
        }
        await close()
    }

    /// Closes everything at once. Running requests lose their clients. The loops continue.
    package func close() async {
        shared.announceClose()
        await current?.close()
        logger.info("HTTP server is closed")
    }

    private func wait(atMost limit: Duration, until isDone: (ServerMetrics) -> Bool) async {
        let end = ContinuousClock.now + limit
        while !isDone(metrics), ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
