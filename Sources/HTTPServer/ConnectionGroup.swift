import EventLoop
import HTTP1
import Sockets
import Synchronization

/// The connections of one loop, and the memory that they share. One timer looks at all their deadlines, so that no
/// request needs one of its own.
final class ConnectionGroup {
    /// How many connections a group has, or will have when its loop takes them. From any thread.
    final class Load: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        func add(_ amount: Int) { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    let loop: EventLoop
    /// The loop's place in the server's list.
    let loopIndex: Int
    let shared: ServerShared
    /// What the machines of all connections are made with.
    let settings: ConnectionMachine.Settings
    let limits: ParserLimits
    var writer = AnswerWriter()
    private let load: Load
    /// What is read goes here first. A connection on which nothing is under way holds no memory for input.
    private var input: [UInt8]
    private var connections: [Int32: Connection] = [:]
    private var look: LoopTimer?
    private var isStopped = false

    init(loop: EventLoop, loopIndex: Int, load: Load, shared: ServerShared) {
        self.loop = loop
        self.loopIndex = loopIndex
        self.load = load
        self.shared = shared
        let configuration = shared.configuration
        let responder = shared.responder
        settings = ConnectionMachine.Settings(configuration, loopIndex: loopIndex) { request, length in
            responder.decide(on: request, bodyLength: length)
        }
        limits = ParserLimits(
            targetBytes: configuration.maximumTargetBytes, headBytes: configuration.maximumHeaderBytes,
            fields: configuration.maximumHeaderFields)
        input = [UInt8](repeating: 0, count: configuration.maximumReadBytes)
        scheduleLook()
    }

    /// Takes a connection that was accepted.
    func take(_ socket: StreamSocket, isAdmitted: Bool) {
        guard !isStopped else {
            socket.close()
            return noteClosed(wasAdmitted: isAdmitted)
        }
        socket.sendWithoutDelay()
        let machine = ConnectionMachine(settings: settings, isAdmitted: isAdmitted, now: EventLoop.now())
        let connection = Connection(socket, group: self, machine: machine)
        connections[socket.descriptor] = connection
        connection.begin()
    }

    /// A connection has closed its socket.
    func remove(_ connection: Connection) {
        connections[connection.socket.descriptor] = nil
        noteClosed(wasAdmitted: connection.machine.isAdmitted)
    }

    private func noteClosed(wasAdmitted: Bool) {
        load.add(-1)
        if wasAdmitted { shared.statistics.admittedConnections.add(-1) }
        shared.statistics.openConnections.add(-1)
        shared.acceptGate.noteClosed()
    }

    /// Lends the input buffer for one read.
    func withInput(_ body: (inout [UInt8]) -> Void) {
        // Taken out, so that it has one owner while it is written.
        var buffer: [UInt8] = []
        swap(&buffer, &input)
        body(&buffer)
        swap(&buffer, &input)
    }

    /// Closes the connections on which nothing is under way.
    func closeIdle() {
        for connection in Array(connections.values) { connection.closeIfIdle() }
    }

    /// Closes all connections. Answers in pieces are cut, so that their clients know.
    func stop() {
        isStopped = true
        look?.cancel()
        look = nil
        for connection in Array(connections.values) { connection.cut() }
    }

    private func scheduleLook() {
        look = loop.schedule(after: .nanoseconds(settings.lookInterval)) { [weak self] in
            guard let self, !self.isStopped else { return }
            self.lookAtDeadlines()
            self.scheduleLook()
        }
    }

    private func lookAtDeadlines() {
        let now = EventLoop.now()
        // A copy, because a connection that closes leaves the table.
        for connection in Array(connections.values) { connection.timePassed(now: now) }
    }
}
