import EventLoop
import HTTPServer
public import Logging
public import ServiceLifecycle

/// A stand-in for the TOP gateway, for tests and for a first try: `toprelay sandbox` and `toprelay dev` run it.
///
/// It checks app key, session, timestamp and sign over the parameters as received, with signing code of its own,
/// checks the parameters against the catalog, and answers as the documentation's examples do, in JSON or XML. Faults
/// strike on demand: see `SandboxFault`. It speaks plain HTTP on one event loop of its own, and writes each byte of its
/// answers itself, because it has to break them off in the middle.
public actor Sandbox: Service {
    /// Why a sandbox did not start.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        /// What happened, with the address that was asked for.
        public let description: String
    }

    private struct Running {
        let loop: EventLoop
        let box: LoopBound<GatewayBox>
        let server: HTTPServer
    }

    private let configuration: SandboxConfiguration
    private let logger: Logger
    private var running: Running?

    /// Makes a sandbox, which does not listen yet.
    public init(configuration: SandboxConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// The port that it listens on; nil before `start` and after `stop`.
    public var port: Int? { running?.server.port }

    /// Listens, and returns the bound port. Does nothing if it already listens.
    @discardableResult
    public func start() async throws -> Int {
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
                description: "the sandbox cannot listen on \(configuration.host):\(configuration.port): \(error)")
        }
    }

    private static func server(_ configuration: SandboxConfiguration) -> HTTPServer.Configuration {
        var server = HTTPServer.Configuration(address: .tcp(host: configuration.host, port: configuration.port))
        server.maximumConnections = configuration.maximumConnections
        server.idleTimeout = .seconds(configuration.idleSeconds)
        server.maximumTargetBytes = 64 << 10
        server.maximumHeaderBytes = 128 << 10
        // Longer than any fault that makes a call wait.
        server.answerTimeout = .milliseconds(SandboxFault.maximumMilliseconds) + .seconds(60)
        return server
    }

    /// Starts if need be, and serves until a graceful shutdown or the task's cancellation.
    public func run() async throws {
        try await start()
        // Cancellation ends the wait as well, by an error that says nothing else.
        try? await gracefulShutdown()
        await stop()
    }

    /// Closes the listener and every connection at once.
    public func stop() async {
        guard let running else { return }
        self.running = nil
        await running.server.close()
        running.loop.shutdown()
    }

    /// Orders a fault; false if the limit of ordered faults is reached or the sandbox does not run.
    @discardableResult
    public func order(_ order: FaultOrder) async -> Bool {
        await onLoop { box in (try? box.gateway.faults.add(order)) != nil } ?? false
    }

    /// Forgets all faults that were ordered.
    public func clearFaults() async {
        _ = await onLoop { $0.gateway.faults.removeAll() }
    }

    /// The last calls, newest last; as many as the configuration keeps.
    public func calls() async -> [SandboxCall] {
        await onLoop { $0.gateway.calls } ?? []
    }

    private func onLoop<Result: Sendable>(_ body: @escaping @Sendable (GatewayBox) -> Result) async -> Result? {
        guard let box = running?.box else { return nil }
        return await box.loop.run { body(box.value) }
    }
}
