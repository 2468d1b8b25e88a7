public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle

/// A stand-in for the TOP gateway, for tests and for a first try: `toprelay sandbox` and `toprelay dev` run it.
///
/// It checks app key, session, timestamp and sign over the parameters as received, with signing code of its own,
/// checks the parameters against the catalog, and answers as the documentation's examples do, in JSON or XML. Faults
/// strike on demand: see `SandboxFault`. It talks NIO directly and not through the relay's HTTP server, because it has
/// to break off answers in the middle. It speaks plain HTTP on one event loop of its own.
public actor Sandbox: Service {
    /// Why a sandbox did not start.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        /// What happened, with the address that was asked for.
        public let description: String
    }

    private struct Running {
        let group: MultiThreadedEventLoopGroup
        let box: NIOLoopBound<GatewayBox>
        let listener: any Channel
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
    public var port: Int? { running?.listener.localAddress?.port }

    /// Listens, and returns the bound port. Does nothing if it already listens.
    @discardableResult
    public func start() async throws -> Int {
        if let port { return port }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let configuration = configuration
            let loop = group.next()
            let box = try await loop.submit { NIOLoopBound(GatewayBox(configuration), eventLoop: loop) }.get()
            let listener = try await Self.listen(configuration, group, box)
            running = Running(group: group, box: box, listener: listener)
            let port = listener.localAddress?.port ?? configuration.port
            logger.info("sandbox listens", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            return port
        } catch {
            try? await group.shutdownGracefully()
            throw StartError(
                description: "the sandbox cannot listen on \(configuration.host):\(configuration.port): \(error)")
        }
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
        try? await running.listener.close().get()
        let box = running.box
        try? await box.eventLoop.submit { box.value.closeConnections() }.get()
        try? await running.group.shutdownGracefully()
    }

    /// Orders a fault; false if the limit of ordered faults is reached or the sandbox does not run.
    @discardableResult
    public func order(_ order: FaultOrder) async -> Bool {
        let taken = try? await onLoop { box in (try? box.gateway.faults.add(order)) != nil }
        return taken ?? false
    }

    /// Forgets all faults that were ordered.
    public func clearFaults() async {
        _ = try? await onLoop { $0.gateway.faults.removeAll() }
    }

    /// The last calls, newest last; as many as the configuration keeps.
    public func calls() async -> [SandboxCall] {
        (try? await onLoop { $0.gateway.calls }) ?? []
    }

    private func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable (GatewayBox) -> Result
    ) async throws -> Result? {
        guard let box = running?.box else { return nil }
        return try await box.eventLoop.submit { body(box.value) }.get()
    }

    private static func listen(
        _ configuration: SandboxConfiguration, _ group: MultiThreadedEventLoopGroup, _ box: NIOLoopBound<GatewayBox>
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(decoder), Connection(box.value))
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }
}
