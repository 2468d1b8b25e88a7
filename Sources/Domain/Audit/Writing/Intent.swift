package import TOP

/// What is recorded before a call leaves: who asks what of whom.
///
/// An object: as a value of many texts it would be copied with each step of a call.
package final class Intent {
    /// The call.
    package var id: CallID
    /// The call has ended by then (milliseconds since 1970), or its replica is gone.
    package var deadlineMilliseconds: Int64
    /// Name of the process that makes the call.
    package var replica: String
    /// Name of the caller's token.
    package var caller: String
    /// The app that signs.
    package var app: String
    /// The seller whose session is used, if any.
    package var seller: String?
    /// The TOP method.
    package var method: String
    /// The caller's document numbers.
    package var refs: [String]
    /// The caller's own X-Request-Id.
    package var clientRequestID: String?
    /// The trace that the call belongs to (32 hex digits of traceparent).
    package var traceID: String?
    /// The method's idempotency id.
    package var requestID: String?
    /// The business parameters as sent, masked: a JSON object of texts.
    package var request: String
    /// The things that the call is about.
    package var keys: Fingerprints
    /// The business parameters as sent: what is sealed.
    package var parameters: ParameterList
    /// The files that are sent beside them; their sizes alone are kept.
    package var files: [FilePart]

    /// The call that this one repeats with a new session key.
    package var repeatOf: CallID?

    /// Drops the texts and files of the request, once they are recorded.
    package func dropContent() {
        request = ""
        parameters = ParameterList()
        files = []
    }

    /// Moves the fingerprints out, for the completion. They are recorded by then.
    package func takeKeys() -> Fingerprints {
        defer { keys = Fingerprints() }
        return keys
    }

    /// What every intent has, in the table's order, then what few have.
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
