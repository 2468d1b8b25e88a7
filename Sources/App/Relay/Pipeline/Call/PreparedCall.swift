import Audit
import Bytes
import Catalog
import Problems
import TOP
import Vault

/// A call that has passed every check and is ready to be recorded and sent.
///
/// While a call waits for TOP, it keeps no copy of its body. Each form of the body is dropped when the next one is
/// made.
///
/// It is an object that the steps of the call fill in. A value would be copied for each step.
final class PreparedCall {
    let entry: Entry
    /// The caller's document numbers.
    private let refs: [String]
    /// The caller's `X-Request-Id`.
    private let clientRequestID: String?
    private let traceID: String?
    /// The part of the limit on all body bytes that the call holds.
    private let reservation: ByteReservation?
    let token: AccessToken
    let app: SigningApp
    let session: SellerSession?
    /// The mapped parameters, without their content.
    let mapped: MappedCall
    private var content: MappedContent
    let id: CallID
    /// The text of the id.
    let idText: String
    let clock: CallClock
    /// The permission of a call with a large body to be recorded. It ends with its last reference.
    var pass: LargeCallGate.Pass?
    /// Nanoseconds that the call waited for the intent's commit.
    var auditNanoseconds: UInt64 = 0
    /// Nanoseconds that TOP took; nil if nothing was sent.
    var topNanoseconds: UInt64?
    /// The length of the form in bytes.
    var requestBytes = 0
    /// The run of an idempotency key that the call has claimed, so that its reply is kept.
    var claim: (key: IdempotencyClaim, run: Int)?
    /// The call that this one repeats with a new session key.
    let repeatOf: CallID?
    /// When the request arrived, in monotonic nanoseconds.
    let receivedAt: UInt64
    /// Whether the call is repeated if TOP refuses its session key. Until then it keeps its content.
    let isRepeatable: Bool

    init(
        request: CallRequest, token: AccessToken, app: SigningApp, session: SellerSession?,
        mapped: consuming MappedCall,
        id: CallID, clock: CallClock
    ) {
        entry = request.entry
        refs = request.refs
        clientRequestID = request.clientRequestID
        traceID = request.traceID
        reservation = request.reservation
        self.token = token
        self.app = app
        self.session = session
        content = mapped.takeContent()
        self.mapped = mapped
        self.id = id
        idText = id.text
        self.clock = clock
        repeatOf = nil
        receivedAt = clock.start
        isRepeatable = session?.renewal.isPossible(at: clock.startMilliseconds) ?? false
    }

    /// The repeat of a call that has kept its content.
    init(repeating first: PreparedCall, with session: SellerSession, id: CallID, clock: CallClock) {
        entry = first.entry
        refs = first.refs
        clientRequestID = first.clientRequestID
        traceID = first.traceID
        reservation = first.reservation
        token = first.token
        app = first.app
        self.session = session
        mapped = first.mapped
        content = first.takeContent()
        self.id = id
        idText = id.text
        self.clock = clock
        repeatOf = first.id
        receivedAt = first.receivedAt
        isRepeatable = false
    }

    /// Whether the call has claimed an idempotency key.
    var isKeyed: Bool { claim != nil }

    /// The call's method.
    var method: String { entry.method }

    /// The value of `X-Request-Id` in the reply: the caller's own id or the call's.
    var shownRequestID: String { clientRequestID ?? idText }

    /// The intent, which is recorded before the call is sent.
    /// - Parameter keys: an empty list with the key for fingerprints. The call's business keys are added.
    func intent(replica: String, keys: Fingerprints) -> Intent {
        var keys = keys
        // The response may add a few keys.
        if !mapped.keys.isEmpty { keys.reserve(mapped.keys.count + 4) }
        keys.add(mapped.keys)
        let intent = Intent(
            id: id, deadlineMilliseconds: clock.deadlineMilliseconds, replica: replica, caller: token.name,
            app: app.app.name,
            seller: session?.seller, method: method, refs: refs, clientRequestID: clientRequestID, traceID: traceID,
            requestID: mapped.requestID, request: content.maskedRequest, keys: keys,
            parameters: content.parameters, files: content.files)
        intent.repeatOf = repeatOf
        return intent
    }

    /// The parameters to send, without the common ones.
    var parameters: ParameterList { content.parameters }

    /// The names and the sizes of the files.
    var fileSizes: [(name: String, bytes: Int)] { content.files.map { ($0.name, $0.bytes.count) } }

    /// The size of the content in bytes.
    var contentBytes: Int { content.byteCount }

    /// Moves the content out.
    func takeContent() -> MappedContent {
        defer { content = MappedContent() }
        return content
    }

    /// The content for sending. A call that may be repeated keeps a reference to it.
    func contentToSend() -> MappedContent { isRepeatable ? content : takeContent() }

    /// Sets how many bytes of its body the call holds from now on.
    func holds(_ count: Int) { reservation?.hold(count) }

    /// The problem with the members that identify the call. Only after the intent is committed, it also gets an
    /// outcome.
    func completed(_ problem: Problem) -> Problem {
        var problem = problem
        problem.id = id
        problem.method = method
        problem.idempotencyID = mapped.requestID
        return problem
    }
}

extension Fingerprints {
    /// Adds the business keys of a request or a response. A key above the limit marks the list as truncated.
    mutating func add(_ keys: [BusinessKey]) {
        if keys.isEmpty { return }
        reserve(keys.count)
        for key in keys.prefix(BusinessKey.maximumCount) { add(name: key.name, value: key.value) }
        if keys.count > BusinessKey.maximumCount { isTruncated = true }
    }
}
