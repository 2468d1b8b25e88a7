import EventLoop
import HTTP1
import Sockets
import Synchronization

/// The connections of one loop, and the memory that they share. One timer checks all their deadlines, so that no
/// request needs its own timer.
final class ConnectionGroup {
    /// How many connections a group has, including those that its loop has yet to take. Usable from any thread.
    final class Load: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        func add(_ amount: Int) { count.wrappingAdd(amount, ordering: .relaxed) }

        private let idle = Atomic(UInt64.max)

        /// Since when the longest idle connection has been idle, as of the last check; in nanoseconds of the monotonic
        /// clock, `.max` if none was idle.
        var idleSince: UInt64 {
            get { idle.load(ordering: .relaxed) }
            set { idle.store(newValue, ordering: .relaxed) }
        }
    }

    let loop: EventLoop
    /// The loop's index in the server's list.
    let loopIndex: Int
    let shared: ServerShared
    /// The settings of all connections.
    let settings: ConnectionStateMachine.Settings
    let limits: ParserLimits
    var writer = ResponseHeadWriter()
    let load: Load
    /// The groups of the other loops, which may have slots for surplus connections. Only the first group has them,
    /// because it gets the surplus connections.
    var neighbours: [(group: LoopBound<ConnectionGroup>, load: Load)] = []
    /// The buffer that every connection reads into. So an idle connection holds no memory for input.
    private var input: [UInt8]
    private(set) var connections: [Int32: Connection] = [:]
    /// The connections without a slot, the oldest first.
    private(set) var surplus: [Connection] = []
    private var deadlineTimer: LoopTimer?
    private(set) var isStopped = false

    init(loop: EventLoop, loopIndex: Int, load: Load, shared: ServerShared) {
        self.loop = loop
        self.loopIndex = loopIndex
        self.load = load
        self.shared = shared
        let configuration = shared.configuration
        let responder = shared.responder
        settings = ConnectionStateMachine.Settings(configuration, loopIndex: loopIndex) { request, length in
            responder.decide(on: request, bodyLength: length)
        }
        limits = ParserLimits(
            targetBytes: configuration.maximumTargetBytes, headBytes: configuration.maximumHeaderBytes,
            fields: configuration.maximumHeaderFields)
        input = [UInt8](repeating: 0, count: configuration.maximumReadBytes)
        scheduleDeadlineCheck()
    }

    /// Takes an accepted connection, which ``load`` already counts.
    /// - Parameter input: the bytes that were already read from it.
    func take(_ socket: StreamSocket, _ admission: ConnectionStateMachine.Admission, input: [UInt8] = []) {
        guard !isStopped else {
            socket.close()
            load.add(-1)
            return shared.noteClosed(wasAdmitted: admission == .admitted)
        }
        socket.sendWithoutDelay()
        let machine = ConnectionStateMachine(settings: settings, admission: admission, now: EventLoop.now())
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

    /// A connection has passed its socket on.
    func forget(_ connection: Connection) {
        connections[connection.socket.descriptor] = nil
        if !connection.machine.isAdmitted { surplus.removeAll { $0 === connection } }
        load.add(-1)
    }

    /// Lends the input buffer for one read.
    func withInput(_ body: (inout [UInt8]) -> Void) {
        // Swapped out, so that the buffer has one owner and is not copied on write.
        var buffer: [UInt8] = []
        swap(&buffer, &input)
        body(&buffer)
        swap(&buffer, &input)
    }

    /// Closes the connections without a request.
    func closeIdle() {
        for connection in Array(connections.values) { connection.closeIfIdle() }
    }

    /// Closes all connections. Incomplete responses in pieces end with a reset, so that their clients notice.
    func stop() {
        isStopped = true
        deadlineTimer?.cancel()
        deadlineTimer = nil
        for connection in Array(connections.values) { connection.abort() }
    }

    private func scheduleDeadlineCheck() {
        deadlineTimer = loop.schedule(after: .nanoseconds(settings.deadlineCheckInterval)) { [weak self] in
            guard let self, !self.isStopped else { return }
            self.checkDeadlines()
            self.scheduleDeadlineCheck()
        }
    }

    private func checkDeadlines() {
        let now = EventLoop.now()
        // A copy, because a connection that closes leaves the table.
        for connection in Array(connections.values) { connection.checkDeadline(now: now) }
        load.idleSince = connections.values.lazy.compactMap(\.machine.idleSince).min() ?? .max
    }
}
