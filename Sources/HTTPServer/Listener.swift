import Atomics
import NIOCore
import NIOHTTP1
import NIOPosix

/// The listening socket, the event loops and their connections.
final class Listener: Sendable {
    let channel: any Channel
    private let eventLoops: MultiThreadedEventLoopGroup
    private let groups: [ObjectIdentifier: NIOLoopBound<ConnectionGroup>]
    private let shared: ServerShared
    private let isClosed = ManagedAtomic(false)

    private init(
        channel: any Channel, eventLoops: MultiThreadedEventLoopGroup,
        groups: [ObjectIdentifier: NIOLoopBound<ConnectionGroup>], shared: ServerShared
    ) {
        self.channel = channel
        self.eventLoops = eventLoops
        self.groups = groups
        self.shared = shared
    }

    /// Starts the event loops and listens.
    static func bind(_ shared: ServerShared) async throws(StartError) -> Listener {
        let configuration = shared.configuration
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
        do {
            let groups = try await makeGroups(eventLoops, shared)
            let bootstrap = makeBootstrap(eventLoops, groups, shared)
            let channel =
                switch configuration.address {
                case .tcp(let host, let port): try await bootstrap.bind(host: host, port: port).get()
                case .unix(let path):
                    try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
                }
            return Listener(channel: channel, eventLoops: eventLoops, groups: groups, shared: shared)
        } catch {
            try? await eventLoops.shutdownGracefully()
            throw StartError(address: configuration.address, reason: "\(error)")
        }
    }

    func stopAccepting() async {
        try? await channel.close()
        for (_, group) in groups {
            shared.execute(on: group.eventLoop) { group.value.closeIdle() }
        }
    }

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        try? await channel.close()
        for (_, group) in groups {
            try? await group.eventLoop.submit {
                group.value.cutStreams()
                group.value.stop()
            }.get()
        }
        shared.stop()
        try? await eventLoops.shutdownGracefully()
    }

    private static func makeGroups(
        _ eventLoops: MultiThreadedEventLoopGroup, _ shared: ServerShared
    ) async throws -> [ObjectIdentifier: NIOLoopBound<ConnectionGroup>] {
        let interval = ConnectionMachine.Settings(shared.configuration) { _, _ in .proceed(BodyPlan(limit: 0)) }
            .lookInterval
        var groups: [ObjectIdentifier: NIOLoopBound<ConnectionGroup>] = [:]
        for eventLoop in eventLoops.makeIterator() {
            groups[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                NIOLoopBound(ConnectionGroup(eventLoop: eventLoop, interval: interval), eventLoop: eventLoop)
            }.get()
        }
        return groups
    }

    private static func makeBootstrap(
        _ eventLoops: MultiThreadedEventLoopGroup, _ groups: [ObjectIdentifier: NIOLoopBound<ConnectionGroup>],
        _ shared: ServerShared
    ) -> ServerBootstrap {
        let configuration = shared.configuration
        let bootstrap = ServerBootstrap(group: eventLoops)
            .serverChannelOption(.backlog, value: configuration.backlog)
            // One at a time: the gate looks before each.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let limit = configuration.maximumConnections + configuration.maximumRefusals
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(limit: limit, open: shared.statistics.openConnections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One read at a time: what arrives beyond the request in work is at most one buffer.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1024, initial: min(4096, configuration.maximumReadBytes),
                    maximum: configuration.maximumReadBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try initialize(channel, groups, shared)
                }
            }
        guard case .tcp = configuration.address else { return bootstrap }
        return
            bootstrap
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    }

    private static func initialize(
        _ channel: any Channel, _ groups: [ObjectIdentifier: NIOLoopBound<ConnectionGroup>], _ shared: ServerShared
    ) throws {
        let configuration = shared.configuration
        let statistics = shared.statistics
        statistics.acceptedConnections.add(1)
        let isAdmitted = statistics.admittedConnections.add(1) <= configuration.maximumConnections
        if isAdmitted {
            channel.closeFuture.whenComplete { _ in statistics.admittedConnections.add(-1) }
        } else {
            statistics.admittedConnections.add(-1)
            statistics.refusedConnections.add(1)
        }
        guard let group = groups[ObjectIdentifier(channel.eventLoop)] else {
            channel.close(promise: nil)
            return
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.maximumHeaderBytes
        limits.maxHeaderListSize = configuration.maximumHeaderBytes
        limits.maxHeaderFieldCount = configuration.maximumHeaderFields
        let responder = shared.responder
        let settings = ConnectionMachine.Settings(configuration) { responder.decide(on: $0, bodyLength: $1) }
        let machine = ConnectionMachine(
            settings: settings, isAdmitted: isAdmitted, now: NIODeadline.now().uptimeNanoseconds)
        // The decoder keeps at most one unfinished header field; the limit is a second line of defence.
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(limitConfiguration: limits),
            maximumBufferSize: configuration.maximumHeaderBytes + 2 * configuration.maximumReadBytes)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            decoder, ConnectionHandler(shared: shared, group: group.value, machine: machine),
        ])
    }
}
