internal import CLibpq
internal import EventLoop

/// One of a writer's connections: connects again for ever, and carries one batch at a time.
final class WriterLane {
    private enum State {
        /// Connecting, or waiting to.
        case down
        /// Connected, with nothing to do.
        case idle
        /// Carrying a batch.
        case working(Transmission)
        /// Connected, and waiting after a transient refusal.
        case resting
        case closed
    }

    /// Called when the lane has a connection.
    var onUp: () -> Void = {}
    /// Called when the lane takes batches again.
    var onReady: () -> Void = {}
    /// Called when the lane's connection is lost or could not be made, with what became of the batch on it.
    var onDown: (PostgresError, _ batch: WriteBatch?, _ answers: [PostgresError?]) -> Void = { _, _, _ in }
    /// Called when the server has answered a batch, with the seconds since it was sent.
    var onAnswer: (WriteBatch, BatchOutcome, Double) -> Void = { _, _, _ in }

    private let loop: EventLoop
    private let settings: PostgresSettings
    private let configuration: WriterConfiguration
    private let statements: WriterStatements
    private let parameters: RowParameters
    private var state = State.down
    private var link: Link?
    private var timer: LoopTimer?
    private var backOff: BackOff
    private var openedAt: UInt64 = 0
    private var startedAt: UInt64 = 0
    private var piece: [UInt8] = []

    init(
        loop: EventLoop, settings: PostgresSettings, tables: [TableLayout], configuration: WriterConfiguration
    ) {
        self.loop = loop
        self.settings = settings
        self.configuration = configuration
        statements = WriterStatements(tables)
        parameters = RowParameters(capacity: statements.widest)
        backOff = BackOff(minimum: configuration.backOffMinimum, maximum: configuration.backOffMaximum)
    }

    var isIdle: Bool {
        if case .idle = state { return true }
        return false
    }

    /// True while the lane has a connection.
    var isUp: Bool {
        switch state {
        case .down, .closed: false
        case .idle, .working, .resting: true
        }
    }

    /// The units of the batch that the lane carries.
    var unitsUnderWay: [WriteUnit] {
        if case .working(let transmission) = state { return transmission.batch.units }
        return []
    }

    /// Connects, now at first and later with growing waits.
    func connect() {
        state = .down
        timer = loop.schedule(after: backOff.next()) { [self] in
            timer = nil
            let link = Link(loop: loop, settings: settings)
            self.link = link
            link.open(script: statements.preparation) { [self] error in opened(link, error) }
        }
    }

    /// Sends a batch. The lane must be idle.
    func run(_ batch: WriteBatch) {
        guard case .idle = state, let link, let handle = link.handle else { return }
        let bytes = batch.bytes
        let isFew = batch.units.count <= configuration.insertUnits && bytes <= configuration.insertBytes
        let isByCopy = batch.manner == .together && !isFew
        let transmission = Transmission(batch, statements, parameters, byCopy: isByCopy, piece: piece)
        piece = []
        state = .working(transmission)
        startedAt = EventLoop.now()
        timer = loop.schedule(after: configuration.commitTimeout) { [self] in expire() }
        guard transmission.start(handle) else { return link.loseByLibpq() }
        link.flush()
    }

    /// Waits a little before the next batch, because the server refuses work for now.
    func rest() {
        guard case .idle = state else { return }
        state = .resting
        timer = loop.schedule(after: max(backOff.next(), configuration.backOffMinimum)) { [self] in
            timer = nil
            state = .idle
            onReady()
        }
    }

    /// Gives the connection up for a new one, because this server takes no writes.
    func reconnect(because error: PostgresError) {
        _ = backOff.next()
        link?.lose(error)
    }

    /// Ends the lane for good.
    func close() {
        state = .closed
        timer?.cancel()
        timer = nil
        link?.close()
        link = nil
        onUp = {}
        onReady = {}
        onDown = { _, _, _ in }
        onAnswer = { _, _, _ in }
    }
}

extension WriterLane {
    private func opened(_ link: Link, _ error: PostgresError?) {
        if let error { return goDown(error) }
        openedAt = EventLoop.now()
        state = .idle
        link.onInput = { [self] in read(link) }
        link.onDrain = { [self] in
            guard case .working(let transmission) = state else { return }
            transmission.pump(link)
        }
        link.onLoss = { [self] error in goDown(error) }
        onUp()
        onReady()
    }

    private func read(_ link: Link) {
        guard case .working(let transmission) = state else {
            // Nothing is under way: libpq still wants to be read, for what the server says on its own.
            if PQisBusy(link.handle) == 0, let result = PQgetResult(link.handle) { PQclear(result) }
            return
        }
        guard let outcome = transmission.read(link) else { return }
        if case .lost(let error, _) = outcome { return link.lose(error) }
        let seconds = Double(EventLoop.now() &- startedAt) / 1e9
        endTransmission(transmission)
        state = .idle
        if case .committed = outcome { backOff.reset() }
        onAnswer(transmission.batch, outcome, seconds)
    }

    private func expire() {
        timer = nil
        link?.requestCancel()
        link?.lose(PostgresError(.timeout, "a transaction had no answer within \(configuration.commitTimeout)"))
    }

    private func goDown(_ error: PostgresError) {
        var batch: WriteBatch?
        var answers: [PostgresError?] = []
        if case .working(let transmission) = state {
            batch = transmission.batch
            answers = transmission.answersSoFar
            endTransmission(transmission)
        }
        timer?.cancel()
        timer = nil
        link = nil
        // A connection that held for a while was a good one: the next try comes at once.
        if openedAt != 0, EventLoop.now() &- openedAt > configuration.backOffMaximum.nanoseconds { backOff.reset() }
        openedAt = 0
        connect()
        onDown(error, batch, answers)
    }

    private func endTransmission(_ transmission: Transmission) {
        timer?.cancel()
        timer = nil
        piece = transmission.takePiece()
    }
}
