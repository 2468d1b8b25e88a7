/// What TOP's answer to a call means.
///
/// An object, because it is handed on several times: as a value, its texts and lists would be counted with each copy.
package final class Interpretation: Sendable {
    /// What became of the call, by the entry's rules.
    package enum Outcome: String, Sendable, CaseIterable {
        /// Done.
        case success
        /// TOP took the request and reports its result later.
        case accepted
        /// Done in part: some items failed.
        case partial
        /// TOP answered, and the answer says that nothing was done.
        case businessFailure = "business_failure"
    }

    /// What became of the call.
    package let outcome: Outcome
    /// Whether a rule or a documented Boolean decided the outcome. A response without either counts as a success.
    package let isJudged: Bool
    /// Whether the call may be repeated; nil unless TOP says so.
    package let retryable: Bool?
    /// The answer's inner object as plain JSON: TOP's list wrappers are plain lists, numbers are as TOP wrote them,
    /// `request_id` is lifted out.
    package let result: [UInt8]
    /// TOP's id of the request; nil if the answer has none.
    package let requestID: String?
    /// The code that TOP gave; nil if the entry names none or the answer has none.
    package let code: String?
    /// The message that TOP gave; nil if the entry names none or the answer has none.
    package let message: String?
    /// The values under which the call can be found that only the answer tells.
    package let keys: [BusinessKey]
    /// Masks the private values of the call and of its answer.
    package let mask: ValueMask
    /// Whether the mask is all that is needed before the answer is shown: every value is one that the entry knows, or that
    /// need not be hidden.
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
