import EventLoop
import Sockets

/// Accepts connections on one loop and hands each to the loop that has the fewest. It lives on that loop.
///
/// Several listening sockets with SO_REUSEPORT would spread connections by a hash, which leaves some loops with twice as
/// many as others.
final class Acceptor {
    /// How many connections one turn accepts, so that the loop gets to its other work.
    private static let maximumPerTurn = 64
    /// How long accepting pauses when the system has nothing left to accept with.
    private static let pause: Duration = .milliseconds(100)

    private let listening: ListeningSocket
    private let loop: EventLoop
    /// The connections of each loop. The first group is the one of the acceptor's own loop, and has the surplus ones.
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

    /// Takes the connections that the kernel has already completed, because closing the socket would reset them; then
    /// stops listening.
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
        let statistics = shared.statistics
        let most = shared.configuration.maximumConnections + shared.configuration.maximumRefusals
        for number in 0..<limit {
            let isFull = statistics.openConnections.value >= most
            if isFull {
                // One a turn: the loop reads a surplus connection before a later one can end it.
                guard number == 0 || isStopped else { return }
                groups[0].value.evictOldestSurplus()
            }
            guard shared.acceptGate.mayAccept(open: statistics.openConnections, limit: most) else {
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
        shared.statistics.acceptShortages.add(1)
        guard !isStopped else { return }
        watch?.update([])
        loop.schedule(after: Self.pause) { [weak self] in self?.resume() }
    }

    private func hand(_ socket: StreamSocket) {
        let statistics = shared.statistics
        statistics.openConnections.add(1)
        statistics.acceptedConnections.add(1)
        guard shared.takePlace() else {
            loads[0].add(1)
            return groups[0].value.take(socket, .surplus)
        }
        let index = leastLoaded()
        loads[index].add(1)
        let group = groups[index]
        if group.loop === loop { return group.value.take(socket, .admitted) }
        group.loop.execute { group.value.take(socket, .admitted) }
    }

    /// The loop with the fewest connections; equal ones take turns.
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
