package import Masking

/// The meaning of TOP's response to a call.
///
/// It is an object, because several steps pass it on. Each copy of a value would count references of its texts and
/// lists.
package final class Interpretation: Sendable {
    /// The outcome of a call by the entry's rules.
    package enum Outcome: String, Sendable, CaseIterable {
        /// The call was done.
        case success
        /// TOP has accepted the request and reports its result later.
        case accepted
        /// The call was done in part: some items failed.
        case partial
        /// The response says that the call was not done.
        case businessFailure = "business_failure"
    }

    /// The outcome of the call.
    package let outcome: Outcome
    /// Whether a rule or a documented Boolean decided the outcome. A response without either counts as a success.
    package let isJudged: Bool
    /// Whether the call may be repeated; nil if TOP does not say it.
    package let retryable: Bool?
    /// The object inside the wrapper as plain JSON: plain lists instead of TOP's list wrappers, numbers as TOP wrote
    /// them, and no `request_id`.
    package let result: [UInt8]
    /// TOP's id of the request; nil if the response has none.
    package let requestID: String?
    /// TOP's code; nil if the entry does not name its field, or the response has none.
    package let code: String?
    /// TOP's message; nil if the entry does not name its field, or the response has none.
    package let message: String?
    /// The business keys in the response.
    package let keys: [BusinessKey]
    /// Masks the private values of the call and of its response.
    package let mask: ValueMask
    /// Whether the mask alone makes the response safe to show: no value is of an unknown field that must be hidden.
    let isWhollyKnown: Bool

    init(
        outcome: Outcome, isJudged: Bool, retryable: Bool?, result: [UInt8], requestID: String?, code: String?,
        message: String?,
        keys: [BusinessKey], mask: ValueMask, isWhollyKnown: Bool
    ) {
        self.outcome = outcome
        self.isJudged = isJudged
        self.retryable = retryable
        self.result = result
        self.requestID = requestID
        self.code = code
        self.message = message
        self.keys = keys
        self.mask = mask
        self.isWhollyKnown = isWhollyKnown
    }
}
