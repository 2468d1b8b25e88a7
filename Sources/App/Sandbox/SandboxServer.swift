import EventLoop
import HTTPServer
package import Logging
import ServiceLifecycle

/// A stand-in for the TOP gateway, for tests and first trials. `toprelay sandbox` and `toprelay dev` run it.
///
/// It checks app key, session, timestamp and signature with its own code, and the parameters against the catalog. It
/// responds with the documented examples in JSON or XML. Faults can be ordered (see `SandboxFault`).
///
/// It speaks plain HTTP on its own event loop. It writes each byte of its responses itself, because it must be able to
/// cut them anywhere.
package actor SandboxServer: Service {
    /// The sandbox could not start.
    package struct StartError: Error, Sendable, CustomStringConvertible {
        /// The reason with the requested address.
        package let description: String
    }

    private struct Running {
        let loop: EventLoop
        let box: LoopBound<GatewayBox>
        let server: HTTPServer
    }

    private let configuration: SandboxConfiguration
    private let logger: Logger
    private var running: Running?

    /// Makes a sandbox that does not listen yet.
    package init(configuration: SandboxConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// The listening port; nil before `start` and after `stop`.
    package var port: Int? { running?.server.port }

    /// Starts to listen and returns the port. It has no effect if the sandbox already listens.
    @discardableResult
    package func start() async throws -> Int {
        if let port { return port }
        var made: EventLoop?
        do {
            let loop = try EventLoop(name: "sandbox")
            made = loop
            let configuration = configuration
            let box = await loop.run { LoopBound(GatewayBox(configuration), loop: loop) }
            let server = HTTPServer(
                configuration: Self.server(configuration), loops: [loop],
                responder: GatewayResponder(box, maximumBodyBytes: configuration.maximumBodyBytes),
                logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() })
            try await server.start()
            running = Running(loop: loop, box: box, server: server)
            let port = server.port ?? configuration.port
            logger.info("sandbox listens", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            return port
        } catch {
            made?.shutdown()
            throw StartError(
                description: "the sandbox could not listen on \(configuration.host):\(configuration.port): \(error)")
        }
    }

    private static func server(_ configuration: SandboxConfiguration) -> HTTPServer.Configuration {
        var server = HTTPServer.Configuration(address: .tcp(host: configuration.host, port: configuration.port))
        server.maximumConnections = configuration.maximumConnections
        server.idleTimeout = .seconds(configuration.idleSeconds)
        server.maximumTargetBytes = 64 << 10
        server.maximumHeaderBytes = 128 << 10
        // Longer than any fault that delays a call.
        server.responseTimeout = .milliseconds(SandboxFault.maximumMilliseconds) + .seconds(60)
        return server
    }

    /// Starts if necessary, and serves until a graceful shutdown or the task's cancellation.
    package func run() async throws {
        try await start()
        // Cancellation ends the wait by an error that adds nothing.
        try? await gracefulShutdown()
        await stop()
    }

    /// Closes the listener and all connections immediately.
    package func stop() async {
        guard let running else { return }
        self.running = nil
        await running.server.close()
        running.loop.shutdown()
    }

    /// Orders a fault. Returns false if too many faults are ordered or the sandbox does not run.
    @discardableResult
    package func order(_ order: FaultOrder) async -> Bool {
        await onLoop { box in (try? box.gateway.faults.add(order)) != nil } ?? false
    }

    /// The last calls, oldest first. The configuration limits their number.
    package func calls() async -> [SandboxCall] {
        await onLoop { $0.gateway.calls } ?? []
    }

    private func onLoop<Result: Sendable>(_ body: @escaping @Sendable (GatewayBox) -> Result) async -> Result? {
        guard let box = running?.box else { return nil }
        return await box.loop.run { body(box.value) }
    }
}
