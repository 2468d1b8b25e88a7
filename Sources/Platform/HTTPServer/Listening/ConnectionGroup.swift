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

        private let idle = Atomic(UInt64.max)

        /// Since when the connection that has been idle longest was idle, when the group last looked.
        var idleSince: UInt64 {
            get { idle.load(ordering: .relaxed) }
            set { idle.store(newValue, ordering: .relaxed) }
        }
    }

    let loop: EventLoop
    /// The loop's place in the server's list.
    let loopIndex: Int
    let shared: ServerShared
    /// What the machines of all connections are made with.
    let settings: ConnectionMachine.Settings
    let limits: ParserLimits
    var writer = AnswerWriter()
    let load: Load
    /// The groups of the other loops, which may have places for surplus connections. Only the first group, which gets
    /// the surplus connections, has any.
    var neighbours: [(group: LoopBound<ConnectionGroup>, load: Load)] = []
    /// What is read goes here first. A connection on which nothing is under way holds no memory for input.
    private var input: [UInt8]
    private(set) var connections: [Int32: Connection] = [:]
    /// The connections without a place, the oldest first.
    private(set) var surplus: [Connection] = []
    private var look: LoopTimer?
    private(set) var isStopped = false

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

    /// Takes a connection that was accepted, and that counts in ``load``.
    /// - Parameter input: what was already read from it.
    func take(_ socket: StreamSocket, _ admission: ConnectionMachine.Admission, input: [UInt8] = []) {
        guard !isStopped else {
            socket.close()
            load.add(-1)
            return shared.noteClosed(wasAdmitted: admission == .admitted)
        }
        socket.sendWithoutDelay()
        let machine = ConnectionMachine(settings: settings, admission: admission, now: EventLoop.now())
        let connection = Connection(socket, group: self, machine: machine)
        connections[socket.descriptor] = connection
        if admission != .admitted { surplus.append(connection) }
        connection.begin(with: input)
    }

    /// A connection has closed its socket.
    func remove(_ connection: Connection) {
        forget(connection)
        shared.noteClosed(wasAdmitted: connection.machine.isAdmitted)
    }

    /// A connection has left its socket to another one.
    func forget(_ connection: Connection) {
        connections[connection.socket.descriptor] = nil
        if !connection.machine.isAdmitted { surplus.removeAll { $0 === connection } }
        load.add(-1)
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
        load.idleSince = connections.values.lazy.compactMap(\.machine.idleSince).min() ?? .max
    }
}
