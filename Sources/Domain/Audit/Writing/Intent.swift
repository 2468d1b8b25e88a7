package import TOP

/// The record of a call that is committed before anything is sent: who calls which method with which parameters.
///
/// It is an object. A value of many texts would be copied with each step of a call.
package final class Intent {
    /// The id of the call.
    package var id: CallID
    /// When the call must have ended, in milliseconds since 1970. If it has not, its replica no longer runs.
    package var deadlineMilliseconds: Int64
    /// The name of the process that makes the call.
    package var replica: String
    /// The name of the caller's token.
    package var caller: String
    /// The app that signs.
    package var app: String
    /// The seller whose session is used; nil without a session.
    package var seller: String?
    /// The TOP method.
    package var method: String
    /// The caller's document numbers.
    package var refs: [String]
    /// The caller's `X-Request-Id`.
    package var clientRequestID: String?
    /// The trace id of the caller's `traceparent`: 32 hex digits.
    package var traceID: String?
    /// The method's idempotency id.
    package var requestID: String?
    /// The business parameters as sent, masked: a JSON object of texts.
    package var request: String
    /// The fingerprints of the request's business keys.
    package var keys: Fingerprints
    /// The business parameters as sent. They are sealed.
    package var parameters: ParameterList
    /// The files of the request. The trail keeps only their names and sizes.
    package var files: [FilePart]

    /// The call that this one repeats with a new session key.
    package var repeatOf: CallID?

    /// Drops the texts and files of the request. Call it after they are recorded.
    package func dropContent() {
        request = ""
        parameters = ParameterList()
        files = []
    }

    /// Moves the fingerprints out, for the completion. Call it after they are recorded.
    package func takeKeys() -> Fingerprints {
        defer { keys = Fingerprints() }
        return keys
    }

    /// Makes an intent.
    package init(
        id: CallID, deadlineMilliseconds: Int64, replica: String, caller: String, app: String, seller: String?,
        method: String,
        refs: [String], clientRequestID: String?, traceID: String?, requestID: String?, request: String,
        keys: Fingerprints = Fingerprints(), parameters: ParameterList = ParameterList(), files: [FilePart] = []
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
        self.keys = keys
        self.parameters = parameters
        self.files = files
    }
}
