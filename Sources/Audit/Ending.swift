/// How a call ended: what is recorded after it, beside its intent. An object for the same reason as the intent.
public final class Ending {
    /// How it ended.
    public var outcome: Outcome
    /// The HTTP status that the caller is given.
    public var status: Int
    /// TOP's code, or libcurl's; a text, since TOP's may be words.
    public var code: String?
    /// TOP's sub_code.
    public var subCode: String?
    /// What TOP or the transport said, masked.
    public var message: String?
    /// Milliseconds since 1970.
    public var finishedMilliseconds: Int64
    /// Nanoseconds from the request's arrival to the answer's being ready.
    public var durationNanoseconds: UInt64
    /// Nanoseconds that TOP took; nil when nothing was sent.
    public var topNanoseconds: UInt64?
    /// Nanoseconds waited for the intent's commit.
    public var auditNanoseconds: UInt64
    /// Times that the request was given to the network: 0 or 1.
    public var attempts: Int
    /// TOP's id of the call.
    public var topRequestID: String?
    /// Bytes of the form sent, and of the answer as received.
    public var requestBytes: Int
    /// Bytes of TOP's answer.
    public var responseBytes: Int
    /// Whether the caller was told that repeating is safe.
    public var retryable: Bool?
    /// The things that the call touched.
    public var keys = Fingerprints()
    /// TOP's answer, masked; nil when there was none.
    public var response: String?

    /// An ending with what every ending has; the rest is set by who knows it.
    public init(
        outcome: Outcome, status: Int, finishedMilliseconds: Int64, durationNanoseconds: UInt64
    ) {
        self.outcome = outcome
        self.status = status
        self.finishedMilliseconds = finishedMilliseconds
        self.durationNanoseconds = durationNanoseconds
        auditNanoseconds = 0
        attempts = 0
        requestBytes = 0
        responseBytes = 0
    }
}
