import Audit
import Bytes
import Catalog
import JSON
import Problems
import Vault

/// A call that has passed every check and is ready to be recorded and sent.
///
/// While a call waits for TOP, it keeps no copy of its body: each form of it is dropped when the next one is made.
///
/// An object, which its steps fill in: as a value it would be copied with each, and it would be part of their frames.
final class PreparedCall {
    /// Without its body.
    private(set) var request: CallRequest
    let token: AccessToken
    let app: SigningApp
    let session: SellerSession?
    var mapped: MappedCall
    let id: CallID
    /// The id as replies show it.
    let idText: String
    let clock: CallClock
    /// Nanoseconds waited for the intent's commit.
    var auditNanoseconds: UInt64 = 0
    /// Nanoseconds that TOP took; nil when nothing was sent.
    var topNanoseconds: UInt64?
    /// Bytes of the form sent.
    var requestBytes = 0

    init(
        request: CallRequest, token: AccessToken, app: SigningApp, session: SellerSession?, mapped: MappedCall,
        id: CallID, clock: CallClock
    ) {
        self.request = request
        self.request.body = []
        self.token = token
        self.app = app
        self.session = session
        self.mapped = mapped
        self.id = id
        idText = id.text
        self.clock = clock
    }

    /// The call's method.
    var method: String { request.entry.method }

    /// What is recorded before it leaves.
    /// - Parameter keys: none yet; the call's are added.
    func intent(replica: String, keys: Fingerprints) -> Intent {
        var keys = keys
        keys.add(mapped.keys)
        return Intent(
            id: id, deadlineMilliseconds: clock.deadlineMilliseconds, replica: replica, caller: token.name,
            app: app.app.name,
            seller: session?.seller, method: method, refs: request.refs, clientRequestID: request.clientRequestID,
            traceID: request.traceID,
            requestID: mapped.requestID, request: mapped.maskedRequest, keys: keys, parameters: mapped.parameters,
            files: mapped.files)
    }

    /// Counts what the call holds of its body from now on, in bytes.
    func holds(_ count: Int) { request.reservation?.hold(count) }

    /// A problem with what is known of the call; the outcome is added once the intent is committed.
    func completed(_ problem: Problem) -> Problem {
        var problem = problem
        problem.id = id
        problem.method = method
        problem.idempotencyID = mapped.requestID
        return problem
    }
}

extension Fingerprints {
    /// Adds the keys that a request or an answer names; one over the limit says that there are more.
    mutating func add(_ keys: [BusinessKey]) {
        if keys.isEmpty { return }
        reserve(keys.count)
        for key in keys.prefix(BusinessKey.maximumCount) { add(name: key.name, value: key.value) }
        if keys.count > BusinessKey.maximumCount { isTruncated = true }
    }
}
