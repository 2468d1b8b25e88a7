import Bytes
import HTTP1

/// The life of one connection as a value: events go in, actions come out, and nothing here does any input or output.
///
/// One request is in work at a time. The connection parses input only while ``takesInput``; what arrives meanwhile it
/// keeps, and tells by ``inputIsWaiting``. Reading stops as soon as something waits, so that no more than one read of
/// `Configuration.maximumReadBytes` is kept. Times are nanoseconds of the monotonic clock.
///
///     idle ─ partialHead ─ body ─ working ─ backedUp ─ idle …       an answer that closes: flushing ─ lingering ─
///     closed
///
/// A request that its head decides: idle ─ declined ─ working, and its answer follows at once.
///
/// An answer in pieces: working ─ streaming ⇄ stalled … streaming ─ idle, or flushing.
struct ConnectionMachine {
    enum Phase: Equatable {
        /// Between requests.
        case idle
        /// Some bytes of a head have arrived.
        case partialHead
        /// The head is complete, the body is arriving.
        case body
        /// The head has decided the answer. What has already arrived of the body is dropped before it goes out.
        case declined
        /// The responder has the request.
        case working
        /// The head of an answer is written, and pieces of its body follow as they come.
        case streaming
        /// The same, and the socket cannot take more: no piece is taken now.
        case stalled
        /// A refusal is being made.
        case refusing
        /// The answer has been given to the socket, which cannot take all of it now.
        case backedUp
        /// The last answer is being written.
        case flushing
        /// The last answer is written; input is dropped until the client closes.
        case lingering
        case closed
    }

    /// Why a connection closes at once.
    enum CloseReason: Equatable {
        case clientGone, idle, answerTimeout, writeTimeout, lingered, drained, aborted, evicted
    }

    /// What the connection's handler is to do.
    enum Action: Equatable {
        case nothing
        case sendContinue
        case respond(ServerRequest, number: UInt64)
        /// Give the socket, with all that was read from it, to a connection that has a place, or to one that refuses.
        case seekPlace
        /// Give this response to ``ConnectionMachine/answered(_:with:serverIsClosing:now:)``.
        case answer(ServerResponse, number: UInt64)
        /// Make an answer for this fault, and give it to ``ConnectionMachine/refused(with:now:)``.
        case refuse(ServerFault, path: String)
        case send(ServerResponse, AnswerFraming)
        /// Write the end of an answer in pieces.
        case endStream(AnswerFraming)
        /// Close the sending half, so that the client sees the end of the answer.
        case closeOutput
        case close(CloseReason)
    }

    var phase = Phase.idle
    /// When ``timePassed(now:)`` has to be called at the latest.
    var deadline: UInt64

    /// How long a new connection has for its first request when the server closes, or when there are too many: 250 ms.
    static let firstRequestTime: UInt64 = 250_000_000
    /// How long a connection above the limit may stay open after its 503: 1 s, as others wait for its place.
    static let refusalLingerTime: UInt64 = 1_000_000_000

    let settings: Settings
    let admission: Admission
    /// Whether the connection keeps input that is not parsed yet.
    var inputIsWaiting = false
    var inputHasEnded = false
    var number: UInt64 = 0
    private var dropped = 0

    /// The request under way, without its body.
    var request: ServerRequest?
    /// The answer to a request that its head has decided.
    var headAnswer: ServerResponse?
    var framing: RequestFraming?
    var isHead = false
    /// The header fields of a request that is being refused; empty when its head has not been understood.
    private(set) var refusedHeaders: HeaderFields = [:]
    /// How the answer under way is framed when it goes out in pieces.
    var streamFraming: AnswerFraming?
    var plan = BodyPlan(limit: 0)
    var body: [UInt8] = []
    var bodyCount = 0
    /// What the body that is gathered holds of the budget.
    var reservation: ByteReservation?

    init(settings: Settings, admission: Admission = .admitted, now: UInt64) {
        self.settings = settings
        self.admission = admission
        let isAdmitted = admission == .admitted
        deadline = now &+ (isAdmitted ? settings.idleTimeout : min(settings.idleTimeout, Self.firstRequestTime))
    }

    /// Whether more input is to be read: not while some waits already, nor while an answer cannot be written.
    var wantsInput: Bool { !inputIsWaiting && !inputHasEnded && phase != .backedUp && phase != .closed }

    /// Whether input is parsed now.
    var takesInput: Bool {
        switch phase {
        case .idle, .partialHead, .body, .declined: true
        case .working, .streaming, .stalled, .refusing, .backedUp, .flushing, .lingering, .closed: false
        }
    }

    /// Whether input is dropped now, because the last answer has been made.
    var dropsInput: Bool { phase == .flushing || phase == .lingering }

    /// Whether the client has sent all that it will, and the request in work is the last of it.
    var clientIsDone: Bool { inputHasEnded && !inputIsWaiting }

    /// Whether nothing has been begun on this connection since the last answer.
    var isIdle: Bool { phase == .idle && !inputIsWaiting }
}

// MARK: - Input

extension ConnectionMachine {
    /// The head of a request is complete.
    mutating func received(_ head: RequestHead, now: UInt64) -> Action {
        takesInput ? begin(head, now: now) : .nothing
    }

    /// A part of a body has arrived.
    mutating func received(_ bytes: Span<UInt8>, now: UInt64) -> Action {
        takesInput ? gather(bytes) : .nothing
    }

    /// The request is complete.
    mutating func receivedEnd(now: UInt64) -> Action {
        takesInput ? finish(now: now) : .nothing
    }

    /// Some input has arrived that does not complete a head.
    mutating func receivedFragment(now: UInt64) {
        guard phase == .idle else { return }
        phase = .partialHead
        deadline = now &+ settings.headTimeout
    }

    /// The input cannot be understood from here on.
    mutating func failed(_ fault: ServerFault) -> Action {
        takesInput ? refuse(fault) : .nothing
    }

    /// Bytes have arrived that nothing is going to read.
    mutating func drop(_ count: Int) -> Action {
        guard dropsInput else { return .nothing }
        dropped += count
        return dropped > settings.lingerBytes ? close(.lingered) : .nothing
    }

    /// The client will not send any more. To be called again when the input that waited has been parsed.
    mutating func inputEnded() -> Action {
        inputHasEnded = true
        guard !inputIsWaiting else { return .nothing }
        switch phase {
        case .idle: return close(.clientGone)
        case .partialHead, .body, .declined: return refuse(.malformed(detail: "it ends too early"))
        case .lingering: return close(.lingered)
        case .working, .streaming, .stalled, .refusing, .backedUp, .flushing, .closed: return .nothing
        }
    }
}

// MARK: - Answers

extension ConnectionMachine {
    /// The responder has answered request `number`. An answer that nobody waits for any more changes nothing.
    mutating func answered(
        _ number: UInt64, with response: ServerResponse, serverIsClosing: Bool, now: UInt64
    ) -> Action {
        guard phase == .working, number == self.number, let framing else { return .nothing }
        self.framing = nil
        let isHead = self.isHead && !response.isUnframed
        self.isHead = false
        let isStream = response.hasStreamedBody
        // Without a length, HTTP/1.0 knows the end of a body by the end of the connection.
        let keepsAlive =
            framing.keepsAlive && !response.closesConnection && !serverIsClosing && !clientIsDone
            && !(isStream && framing.isHTTP10 && !response.isUnframed)
        let connection: AnswerFraming.Connection =
            keepsAlive ? (framing.isHTTP10 ? .keepAlive : .implied) : .close
        let streamed: AnswerFraming.Body =
            response.isUnframed ? .unframed : framing.isHTTP10 ? .untilClose : .chunked
        let body: AnswerFraming.Body = isStream ? streamed : .whole
        let answer = AnswerFraming(isHead: isHead, connection: connection, body: body)
        if isStream, !isHead {
            beginStream(answer, now: now)
        } else {
            endAnswer(keepsAlive: keepsAlive, byteCount: response.body.count, now: now)
        }
        return .send(response, answer)
    }

    /// Everything of an answer has been given to the socket.
    mutating func endAnswer(keepsAlive: Bool, byteCount: Int, now: UInt64) {
        guard !keepsAlive else {
            phase = .idle
            deadline = now &+ settings.idleTimeout
            return
        }
        beginFlush(of: byteCount, now: now)
    }

    /// The responder has made the answer to a fault.
    mutating func refused(with response: ServerResponse, now: UInt64) -> Action {
        guard phase == .refusing else { return .nothing }
        beginFlush(of: response.body.count, now: now)
        return .send(response, AnswerFraming(isHead: isHead, connection: .close))
    }

    /// - Parameter headers: those of the request's head, if the machine does not keep the request.
    mutating func refuse(_ fault: ServerFault, headers: HeaderFields? = nil) -> Action {
        let path = framing?.path ?? ""
        refusedHeaders = headers ?? request?.headers ?? [:]
        inputIsWaiting = false
        forgetRequest()
        framing = nil
        phase = .refusing
        return .refuse(fault, path: path)
    }

    private mutating func beginFlush(of byteCount: Int, now: UInt64) {
        inputIsWaiting = false
        phase = .flushing
        deadline = writeDeadline(byteCount, now: now)
    }
}

// MARK: - Time and the end

extension ConnectionMachine {
    /// Looks whether the deadline of the phase has passed.
    mutating func timePassed(now: UInt64) -> Action {
        guard now >= deadline else { return .nothing }
        switch phase {
        case .idle:
            return isAdmitted ? close(.idle) : refuse(.tooManyConnections(limit: settings.maximumConnections))
        case .partialHead: return refuse(.requestTimeout(seconds: Int(settings.headTimeout / 1_000_000_000)))
        case .body, .declined: return refuse(.requestTimeout(seconds: Int(settings.bodyTimeout / 1_000_000_000)))
        case .working, .streaming: return close(.answerTimeout)
        case .backedUp, .stalled, .flushing: return close(.writeTimeout)
        case .lingering: return close(.lingered)
        case .refusing, .closed: return .nothing
        }
    }

    /// The server is closing: a connection on which nothing is under way goes at once; but a new one has a moment, because
    /// its first request is on its way.
    mutating func closeIfIdle(now: UInt64) -> Action {
        guard isIdle else { return .nothing }
        guard number == 0 else { return close(.drained) }
        deadline = min(deadline, now &+ Self.firstRequestTime)
        return .nothing
    }

    /// The connection is broken or closed.
    mutating func closed() {
        _ = close(.clientGone)
    }

    mutating func close(_ reason: CloseReason) -> Action {
        guard phase != .closed else { return .nothing }
        phase = .closed
        deadline = .max
        inputIsWaiting = false
        forgetRequest()
        framing = nil
        streamFraming = nil
        return .close(reason)
    }

    private mutating func forgetRequest() {
        body = []
        reservation = nil
        request = nil
        headAnswer = nil
    }
}
