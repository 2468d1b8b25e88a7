import EventLoop
import Sockets

/// Accepts connections on one loop and gives each to the loop that has the fewest. It is used only on its own loop.
///
/// Several listening sockets with SO_REUSEPORT would spread connections by a hash. Some loops would then have twice as
/// many as others.
final class Acceptor {
    /// How many connections one turn accepts. The limit lets the loop do its other work.
    private static let maximumPerTurn = 64
    /// How long accepting pauses when descriptors or memory are exhausted.
    private static let pause: Duration = .milliseconds(100)

    private let listening: ListeningSocket
    private let loop: EventLoop
    /// The connections of each loop. The first group belongs to the acceptor's own loop and has the surplus ones.
    private let groups: [LoopBound<ConnectionGroup>]
    private let loads: [ConnectionGroup.Load]
    private let shared: ServerShared
    private var watch: Watch?
    private var turn = 0
    private var isStopped = false

    init(
        listening: ListeningSocket, loop: EventLoop, groups: [LoopBound<ConnectionGroup>],
        loads: [ConnectionGroup.Load], shared: ServerShared
    ) {
        self.listening = listening
        self.loop = loop
        self.groups = groups
        self.loads = loads
        self.shared = shared
    }

    func begin() {
        watch = loop.watch(listening.descriptor, for: .read) { [unowned self] _ in accept(atMost: Self.maximumPerTurn) }
    }

    /// Accepts the connections that the kernel has already completed, then stops listening. Closing the socket would
    /// reset those connections.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        watch?.cancel()
        watch = nil
        accept(atMost: Int(shared.configuration.backlog))
        listening.close()
    }

    /// A connection has closed, and another may be accepted.
    func resume() {
        guard !isStopped else { return }
        watch?.update(.read)
    }

    private func accept(atMost limit: Int) {
        let metrics = shared.metrics
        let most = shared.configuration.maximumConnections + shared.configuration.maximumRefusals
        for number in 0..<limit {
            let isFull = metrics.openConnections.value >= most
            if isFull {
                // At most one a turn, so that the loop reads a surplus connection before a later one can close it.
                guard number == 0 || isStopped else { return }
                groups[0].value.evictOldestSurplus()
            }
            guard shared.acceptGate.mayAccept(open: metrics.openConnections, limit: most) else {
                watch?.update([])
                return
            }
            switch listening.accept() {
            case .accepted(let socket): hand(socket)
            case .aborted: continue
            case .none: return
            case .shortage: return pause()
            }
        }
    }

    private func pause() {
        shared.metrics.acceptShortages.add(1)
        guard !isStopped else { return }
        watch?.update([])
        loop.schedule(after: Self.pause) { [weak self] in self?.resume() }
    }

    private func hand(_ socket: StreamSocket) {
        let metrics = shared.metrics
        metrics.openConnections.add(1)
        metrics.acceptedConnections.add(1)
        guard shared.takeSlot() else {
            loads[0].add(1)
            return groups[0].value.take(socket, .surplus)
        }
        let index = leastLoaded()
        loads[index].add(1)
        let group = groups[index]
        if group.loop === loop { return group.value.take(socket, .admitted) }
        group.loop.execute { group.value.take(socket, .admitted) }
    }

    /// The loop with the fewest connections. Loops with equal numbers take turns.
    private func leastLoaded() -> Int {
        turn = (turn + 1) % loads.count
        var best = turn
        for offset in 1..<max(loads.count, 1) {
            let index = (turn + offset) % loads.count
            if loads[index].value < loads[best].value { best = index }
        }
        return best
    }
}
