/// How a call ended: what is recorded after it, beside its intent. An object for the same reason as the intent.
package final class Ending {
    /// How it ended.
    package var outcome: Outcome
    /// The HTTP status that the caller is given.
    package var status: Int
    /// TOP's code, or libcurl's; a text, since TOP's may be words.
    package var code: String?
    /// TOP's sub_code.
    package var subCode: String?
    /// What TOP or the transport said, masked.
    package var message: String?
    /// Milliseconds since 1970.
    package var finishedMilliseconds: Int64
    /// Nanoseconds from the request's arrival to the answer's being ready.
    package var durationNanoseconds: UInt64
    /// Nanoseconds that TOP took; nil when nothing was sent.
    package var topNanoseconds: UInt64?
    /// Nanoseconds waited for the intent's commit.
    package var auditNanoseconds: UInt64
    /// Times that the request was given to the network: 0 or 1.
    package var attempts: Int
    /// TOP's id of the call.
    package var topRequestID: String?
    /// Bytes of the form sent, and of the answer as received.
    package var requestBytes: Int
    /// Bytes of TOP's answer.
    package var responseBytes: Int
    /// Whether the caller was told that repeating is safe.
    package var retryable: Bool?
    /// Whether nothing in the response told success.
    package var isUnjudged = false
    /// The things that the call touched.
    package var keys = Fingerprints()
    /// TOP's answer, masked; nil when there was none.
    package var response: String?
    /// The reply to a call with an idempotency key, for repetitions.
    package var reply: SealedReply?

    /// An ending with what every ending has; the rest is set by who knows it.
    package init(
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
