import Bytes
import HTTP1

/// The state of one connection as a value. It takes events and returns actions, and does no input or output.
///
/// One request runs at a time. The connection parses input only while ``takesInput``. It keeps input that arrives
/// meanwhile, and sets ``inputIsWaiting``. Reading stops while input waits, so the connection keeps at most one read of
/// `Configuration.maximumReadBytes`. Times are nanoseconds of the monotonic clock.
///
/// - A request: idle ─ partialHead ─ body ─ working ─ idle. If the socket cannot take the response: working ─ backedUp
///   ─ idle.
/// - A response that closes the connection: working ─ flushing ─ lingering ─ closed.
/// - A request that its head decides: idle ─ declined ─ working. Its response follows at once.
/// - A response in pieces: working ─ streaming ⇄ stalled … streaming ─ idle, or flushing.
struct ConnectionStateMachine {
    enum Phase: Equatable {
        /// Between requests.
        case idle
        /// Some bytes of a head have arrived.
        case partialHead
        /// The head is complete, and the body is arriving.
        case body
        /// The head has decided the response. The connection drops the part of the body that has already arrived, then
        /// sends the response.
        case declined
        /// The responder has the request.
        case working
        /// The head of a response is written, and pieces of its body follow.
        case streaming
        /// Like `streaming`, but the socket cannot take more. No piece is taken now.
        case stalled
        /// The responder is making a refusal.
        case refusing
        /// The socket cannot take all of the response now.
        case backedUp
        /// The last response is being written.
        case flushing
        /// The last response is written. Input is dropped until the client closes.
        case lingering
        case closed
    }

    /// Why a connection closes at once.
    enum CloseReason: Equatable {
        case clientGone, idle, responseTimeout, writeTimeout, lingered, drained, aborted, evicted
    }

    /// What the connection has to do.
    enum Action: Equatable {
        case nothing
        case sendContinue
        case respond(ServerRequest, number: UInt64)
        /// Pass the socket and its input on to a connection that has a slot, or to one that refuses.
        case seekSlot
        /// Pass this response to ``ConnectionStateMachine/responded(_:with:serverIsClosing:now:)``.
        case respondFromHead(ServerResponse, number: UInt64)
        /// Make a response for this error, and pass it to ``ConnectionStateMachine/refused(with:now:)``.
        case refuse(HTTPRequestError, path: String)
        case send(ServerResponse, ResponseFraming)
        /// Write the end of a response in pieces.
        case endStream(ResponseFraming)
        /// Close the sending half, so that the client sees the end of the response.
        case closeOutput
        case close(CloseReason)
    }

    var phase = Phase.idle
    /// When ``checkDeadline(now:)`` ends the phase.
    var deadline: UInt64

    /// How long a new connection may take for its first request while the server closes, or while all slots are taken:
    /// 250 ms.
    static let firstRequestTime: UInt64 = 250_000_000
    /// How long a surplus connection may stay open after its 503: 1 s, because others may need its descriptor.
    static let refusalLingerTime: UInt64 = 1_000_000_000

    let settings: Settings
    let admission: Admission
    /// Whether the connection keeps input that it has not parsed yet.
    var inputIsWaiting = false
    var inputHasEnded = false
    var number: UInt64 = 0
    private var dropped = 0

    /// The current request, without its body.
    var request: ServerRequest?
    /// The response to a request that its head has decided.
    var headResponse: ServerResponse?
    var framing: RequestFraming?
    var isHead = false
    /// The header fields of a request that is being refused; empty if its head could not be parsed.
    private(set) var refusedHeaders: HeaderFields = [:]
    /// The framing of the current response, if it is sent in pieces.
    var streamFraming: ResponseFraming?
    var plan = BodyPlan(limit: 0)
    var body: [UInt8] = []
    var bodyCount = 0
    /// The part of the budget that the arriving body holds.
    var reservation: ByteReservation?

    init(settings: Settings, admission: Admission = .admitted, now: UInt64) {
        self.settings = settings
        self.admission = admission
        let isAdmitted = admission == .admitted
        deadline = now &+ (isAdmitted ? settings.idleTimeout : min(settings.idleTimeout, Self.firstRequestTime))
    }

    /// Whether to read more input: only while no input waits and responses can be written.
    var wantsInput: Bool { !inputIsWaiting && !inputHasEnded && phase != .backedUp && phase != .closed }

    /// Whether input is parsed now.
    var takesInput: Bool {
        switch phase {
        case .idle, .partialHead, .body, .declined: true
        case .working, .streaming, .stalled, .refusing, .backedUp, .flushing, .lingering, .closed: false
        }
    }

    /// Whether input is dropped now, because the last response has been made.
    var dropsInput: Bool { phase == .flushing || phase == .lingering }

    /// Whether the client has ended its input, and the current request is its last.
    var clientIsDone: Bool { inputHasEnded && !inputIsWaiting }

    /// Whether no request has begun since the last response.
    var isIdle: Bool { phase == .idle && !inputIsWaiting }
}

// MARK: - Input

extension ConnectionStateMachine {
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

    /// Input has arrived that does not complete a head.
    mutating func receivedFragment(now: UInt64) {
        guard phase == .idle else { return }
        phase = .partialHead
        deadline = now &+ settings.headTimeout
    }

    /// The input cannot be parsed any further.
    mutating func failed(_ fault: HTTPRequestError) -> Action {
        takesInput ? refuse(fault) : .nothing
    }

    /// Bytes have arrived that the connection drops.
    mutating func drop(_ count: Int) -> Action {
        guard dropsInput else { return .nothing }
        dropped += count
        return dropped > settings.lingerBytes ? close(.lingered) : .nothing
    }

    /// The client has ended its input. Call it again after the waiting input has been parsed.
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

// MARK: - Responses

extension ConnectionStateMachine {
    /// The responder has answered request `number`. A response to any other request than the current one is ignored.
    mutating func responded(
        _ number: UInt64, with response: ServerResponse, serverIsClosing: Bool, now: UInt64
    ) -> Action {
        guard phase == .working, number == self.number, let framing else { return .nothing }
        self.framing = nil
        let isHead = self.isHead && !response.isUnframed
        self.isHead = false
        let isStream = response.hasStreamedBody
        // Without a length, the end of the connection ends the body for an HTTP/1.0 client.
        let keepsAlive =
            framing.keepsAlive && !response.closesConnection && !serverIsClosing && !clientIsDone
            && !(isStream && framing.isHTTP10 && !response.isUnframed)
        let connection: ResponseFraming.Connection =
            keepsAlive ? (framing.isHTTP10 ? .keepAlive : .implied) : .close
        let streamed: ResponseFraming.Body =
            response.isUnframed ? .unframed : framing.isHTTP10 ? .untilClose : .chunked
        let body: ResponseFraming.Body = isStream ? streamed : .whole
        let responseFraming = ResponseFraming(isHead: isHead, connection: connection, body: body)
        if isStream, !isHead {
            beginStream(responseFraming, now: now)
        } else {
            endResponse(keepsAlive: keepsAlive, byteCount: response.body.count, now: now)
        }
        return .send(response, responseFraming)
    }

    /// The whole response has been given to the connection.
    mutating func endResponse(keepsAlive: Bool, byteCount: Int, now: UInt64) {
        guard !keepsAlive else {
            phase = .idle
            deadline = now &+ settings.idleTimeout
            return
        }
        beginFlush(of: byteCount, now: now)
    }

    /// The responder has made the response to an error.
    mutating func refused(with response: ServerResponse, now: UInt64) -> Action {
        guard phase == .refusing else { return .nothing }
        beginFlush(of: response.body.count, now: now)
        return .send(response, ResponseFraming(isHead: isHead, connection: .close))
    }

    /// Refuses the current request.
    /// - Parameter headers: the header fields of the request, if the machine does not keep it.
    mutating func refuse(_ fault: HTTPRequestError, headers: HeaderFields? = nil) -> Action {
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

extension ConnectionStateMachine {
    /// Ends the phase if its deadline has passed.
    mutating func checkDeadline(now: UInt64) -> Action {
        guard now >= deadline else { return .nothing }
        switch phase {
        case .idle:
            return isAdmitted ? close(.idle) : refuse(.tooManyConnections(limit: settings.maximumConnections))
        case .partialHead: return refuse(.requestTimeout(seconds: Int(settings.headTimeout / 1_000_000_000)))
        case .body, .declined: return refuse(.requestTimeout(seconds: Int(settings.bodyTimeout / 1_000_000_000)))
        case .working, .streaming: return close(.responseTimeout)
        case .backedUp, .stalled, .flushing: return close(.writeTimeout)
        case .lingering: return close(.lingered)
        case .refusing, .closed: return .nothing
        }
    }

    /// The server is closing: an idle connection closes at once. A new one gets ``firstRequestTime``, because its first
    /// request may be about to arrive.
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
        headResponse = nil
    }
}
