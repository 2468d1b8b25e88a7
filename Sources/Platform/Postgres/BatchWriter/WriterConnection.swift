internal import CLibpq
internal import EventLoop
internal import Time

/// One connection of a batch writer. It reconnects without limit and sends one batch at a time.
final class WriterConnection {
    private enum State {
        /// Connecting, or waiting to connect.
        case down
        /// Connected without a batch.
        case idle
        /// Sending a batch.
        case sending(BatchSend)
        /// Connected, and waiting after a transient refusal.
        case resting
        case closed
    }

    /// Called when the connection is open.
    var onUp: () -> Void = {}
    /// Called when the connection can take a batch.
    var onReady: () -> Void = {}
    /// Called when the connection is lost or could not be opened. It gets the unfinished batch and the answers so far.
    var onDown: (PostgresError, _ batch: WriteBatch?, _ answers: [PostgresError?]) -> Void = { _, _, _ in }
    /// Called when the server has answered a batch.
    var onOutcome: (WriteBatch, BatchOutcome) -> Void = { _, _ in }

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
    private var piece: [UInt8] = []

    init(
        loop: EventLoop, settings: PostgresSettings, tables: [TableLayout], configuration: WriterConfiguration
    ) {
        self.loop = loop
        self.settings = settings
        self.configuration = configuration
        statements = WriterStatements(tables)
        parameters = RowParameters(capacity: statements.widest)
        backOff = BackOff(
            minimum: configuration.backOffMinimum, maximum: configuration.backOffMaximum, isFirstImmediate: true)
    }

    var isIdle: Bool {
        if case .idle = state { return true }
        return false
    }

    /// True while the connection is open.
    var isUp: Bool {
        switch state {
        case .down, .closed: false
        case .idle, .sending, .resting: true
        }
    }

    /// The requests of the batch that is being sent.
    var requestsInFlight: [WriteRequest] {
        if case .sending(let send) = state { return send.batch.requests }
        return []
    }

    /// Connects, at first without a wait and later after growing waits.
    func connect() {
        state = .down
        timer = loop.schedule(after: backOff.next()) { [self] in
            timer = nil
            let link = Link(loop: loop, settings: settings)
            self.link = link
            link.open(script: statements.preparation) { [self] error in opened(link, error) }
        }
    }

    /// Sends a batch. The connection must be idle.
    func run(_ batch: WriteBatch) {
        guard case .idle = state, let link, let handle = link.handle else { return }
        let bytes = batch.bytes
        let isFew = batch.requests.count <= configuration.insertRequests && bytes <= configuration.insertBytes
        let isByCopy = batch.atomicity == .perBatch && !isFew
        let send = BatchSend(batch, statements, parameters, byCopy: isByCopy, piece: piece)
        piece = []
        state = .sending(send)
        timer = loop.schedule(after: configuration.commitTimeout) { [self] in expire() }
        guard send.start(handle) else { return link.loseByLibpq() }
        link.flush()
    }

    /// Waits before the next batch, because the server refuses work at the moment.
    func rest() {
        guard case .idle = state else { return }
        state = .resting
        timer = loop.schedule(after: max(backOff.next(), configuration.backOffMinimum)) { [self] in
            timer = nil
            state = .idle
            onReady()
        }
    }

    /// Replaces the connection, because this server is read-only.
    func reconnect(because error: PostgresError) {
        _ = backOff.next()
        link?.lose(error)
    }

    /// Closes the connection for good.
    func close() {
        state = .closed
        timer?.cancel()
        timer = nil
        link?.close()
        link = nil
        onUp = {}
        onReady = {}
        onDown = { _, _, _ in }
        onOutcome = { _, _ in }
    }
}

extension WriterConnection {
    private func opened(_ link: Link, _ error: PostgresError?) {
        if let error { return goDown(error) }
        openedAt = EventLoop.now()
        state = .idle
        link.onInput = { [self] in read(link) }
        link.onDrain = { [self] in
            guard case .sending(let send) = state else { return }
            send.pump(link)
        }
        link.onLoss = { [self] error in goDown(error) }
        onUp()
        onReady()
    }

    private func read(_ link: Link) {
        guard case .sending(let send) = state else {
            // Without a batch, libpq must still be read for messages that the server sends by itself.
            if PQisBusy(link.handle) == 0, let result = PQgetResult(link.handle) { PQclear(result) }
            return
        }
        guard let outcome = send.read(link) else { return }
        if case .lost(let error, _) = outcome { return link.lose(error) }
        endSend(send)
        state = .idle
        if case .committed = outcome { backOff.reset() }
        onOutcome(send.batch, outcome)
    }

    private func expire() {
        timer = nil
        link?.requestCancel()
        link?.lose(PostgresError(.timeout, "a transaction had no answer within \(configuration.commitTimeout)"))
    }

    private func goDown(_ error: PostgresError) {
        var batch: WriteBatch?
        var answers: [PostgresError?] = []
        if case .sending(let send) = state {
            batch = send.batch
            answers = send.answersSoFar
            endSend(send)
        }
        timer?.cancel()
        timer = nil
        link = nil
        // The connection lasted for a while, so the next attempt is immediate.
        if openedAt != 0, EventLoop.now() &- openedAt > configuration.backOffMaximum.nanoseconds { backOff.reset() }
        openedAt = 0
        connect()
        onDown(error, batch, answers)
    }

    private func endSend(_ send: BatchSend) {
        timer?.cancel()
        timer = nil
        piece = send.takePiece()
    }
}
