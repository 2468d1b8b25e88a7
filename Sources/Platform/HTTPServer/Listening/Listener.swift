import EventLoop
import Sockets

/// The listening socket of a running server, and the connections on each of its loops.
final class Listener: Sendable {
    /// The TCP port; nil for a Unix domain socket.
    let port: Int?
    private let acceptor: LoopBound<Acceptor>
    private let groups: [LoopBound<ConnectionGroup>]
    private let shared: ServerShared

    private init(
        port: Int?, acceptor: LoopBound<Acceptor>, groups: [LoopBound<ConnectionGroup>], shared: ServerShared
    ) {
        self.port = port
        self.acceptor = acceptor
        self.groups = groups
        self.shared = shared
    }

    /// Listens, and begins to accept.
    static func bind(_ shared: ServerShared, on loops: [EventLoop]) async throws(ListenError) -> Listener {
        let configuration = shared.configuration
        guard let first = loops.first else {
            throw ListenError(address: configuration.address, reason: "there is no loop to serve on")
        }
        let listening: ListeningSocket
        do throws(SocketError) {
            listening =
                switch configuration.address {
                case .tcp(let host, let port):
                    try ListeningSocket(host: host, port: port, backlog: configuration.backlog)
                case .unix(let path): try ListeningSocket(path: path, backlog: configuration.backlog)
                }
        } catch {
            throw ListenError(address: configuration.address, reason: error.description)
        }
        let (groups, loads) = await makeGroups(shared, on: loops)
        let acceptor = await first.run {
            let acceptor = Acceptor(
                listening: listening, loop: first, groups: groups, loads: loads, shared: shared)
            acceptor.begin()
            return LoopBound(acceptor, loop: first)
        }
        shared.acceptGate.attach { [weak shared] in shared?.execute(on: first) { acceptor.value.resume() } }
        return Listener(port: listening.port, acceptor: acceptor, groups: groups, shared: shared)
    }

    private static func makeGroups(
        _ shared: ServerShared, on loops: [EventLoop]
    ) async -> ([LoopBound<ConnectionGroup>], [ConnectionGroup.Load]) {
        let loads = loops.map { _ in ConnectionGroup.Load() }
        var groups: [LoopBound<ConnectionGroup>] = []
        for (index, loop) in loops.enumerated() {
            groups.append(
                await loop.run {
                    LoopBound(
                        ConnectionGroup(loop: loop, loopIndex: index, load: loads[index], shared: shared), loop: loop)
                })
        }
        let neighbours = Array(zip(groups, loads).dropFirst())
        let home = groups[0]
        await home.loop.run { home.value.neighbours = neighbours.map { ($0, $1) } }
        return (groups, loads)
    }

    /// Stops accepting, and closes the connections without a request.
    func stopAccepting() async {
        let acceptor = acceptor
        await acceptor.loop.run { acceptor.value.stop() }
        // Loops run their work in order, so the connections that were accepted last have arrived by then.
        for group in groups { await group.loop.run { group.value.closeIdle() } }
    }

    /// Closes everything. Further calls do nothing.
    func close() async {
        guard !shared.isStopped else { return }
        let acceptor = acceptor
        await acceptor.loop.run { acceptor.value.stop() }
        for group in groups { await group.loop.run { group.value.stop() } }
        shared.stop()
    }
}
