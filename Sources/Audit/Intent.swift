public import TOP

/// What is recorded before a call leaves: who asks what of whom.
///
/// An object: as a value of many texts it would be copied with each step of a call.
public final class Intent {
    /// The call.
    public var id: CallID
    /// The call has ended by then (milliseconds since 1970), or its replica is gone.
    public var deadlineMilliseconds: Int64
    /// Name of the process that makes the call.
    public var replica: String
    /// Name of the caller's token.
    public var caller: String
    /// The app that signs.
    public var app: String
    /// The seller whose session is used, if any.
    public var seller: String?
    /// The TOP method.
    public var method: String
    /// The caller's document numbers.
    public var refs: [String]
    /// The caller's own X-Request-Id.
    public var clientRequestID: String?
    /// The trace that the call belongs to (32 hex digits of traceparent).
    public var traceID: String?
    /// The method's idempotency id.
    public var requestID: String?
    /// The business parameters as sent, masked: a JSON object of texts.
    public var request: String
    /// The things that the call is about.
    public var keys = Fingerprints()
    /// The business parameters as sent: what is sealed.
    public var parameters: [Parameter] = []
    /// The files that are sent beside them; their sizes alone are kept.
    public var files: [FilePart] = []

    /// Drops the texts and files of the request, once they are recorded.
    public func dropContent() {
        request = ""
        parameters = []
        files = []
    }

    /// What every intent has, in the table's order.
    public init(
        id: CallID, deadlineMilliseconds: Int64, replica: String, caller: String, app: String, seller: String?,
        method: String,
        refs: [String], clientRequestID: String?, traceID: String?, requestID: String?, request: String
    ) {
        self.id = id
        self.deadlineMilliseconds = deadlineMilliseconds
        self.replica = replica
        self.caller = caller
        self.app = app
        self.seller = seller
        self.method = method
        self.refs = refs
        self.clientRequestID = clientRequestID
        self.traceID = traceID
        self.requestID = requestID
        self.request = request
    }
}
