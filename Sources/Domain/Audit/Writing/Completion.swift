/// The record of how a call ended. It belongs to an intent. It is an object for the same reason as the intent.
package final class Completion {
    /// The outcome of the call.
    package var outcome: Outcome
    /// The HTTP status of the reply.
    package var status: Int
    /// TOP's code, or the relay's code for the transport. It is a text, because TOP's codes may be words.
    package var code: String?
    /// TOP's sub_code.
    package var subCode: String?
    /// The message of TOP or the transport, masked.
    package var message: String?
    /// When the call ended, in milliseconds since 1970.
    package var finishedMilliseconds: Int64
    /// Nanoseconds from the arrival of the request to the completion.
    package var durationNanoseconds: UInt64
    /// Nanoseconds that TOP took; nil if nothing was sent.
    package var topNanoseconds: UInt64?
    /// Nanoseconds that the call waited for the intent's commit.
    package var auditNanoseconds: UInt64
    /// How often the request was given to the network: 0 or 1.
    package var attempts: Int
    /// TOP's id of the call.
    package var topRequestID: String?
    /// The length of the form in bytes.
    package var requestBytes: Int
    /// The length of TOP's response in bytes.
    package var responseBytes: Int
    /// The member `retryable` of the reply; nil if the reply has none.
    package var retryable: Bool?
    /// Whether neither a rule nor a documented Boolean judged the response.
    package var isUnjudged = false
    /// The fingerprints of the call's business keys.
    package var keys = Fingerprints()
    /// TOP's response, masked; nil if there was none.
    package var response: String?
    /// The sealed reply to a call with an idempotency key, for repeats.
    package var reply: SealedReply?

    /// Makes a completion with the values that every completion has. Set the others afterwards.
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
