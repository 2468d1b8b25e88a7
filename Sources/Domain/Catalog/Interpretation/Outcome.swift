/// What says, in a method's answer, what became of a call. Paths are names from the answer's root.
struct Outcome: Sendable, Equatable {
    /// A value that is compared as text; one that is missing never holds.
    struct Flag: Sendable, Equatable {
        let path: [String]
        let values: [String]
    }

    /// What must hold for a successful answer to be complete.
    enum Completion: Sendable, Equatable {
        /// A flag.
        case flag(Flag)
        /// Every text that was sent in a certain field must be found in the answer. Some missing: partial; none of them
        /// there: a business failure.
        case echoed(path: [String], expectation: Int)
    }

    /// All must hold, or the answer is a business failure. Empty: every answer is a success.
    var success: [Flag] = []
    /// All must hold, or a successful answer is partial.
    var completions: [Completion] = []
    /// Whether success means that TOP took the request and reports its result later.
    var isAccepted = false
    /// Where TOP says whether the call may be repeated.
    var retryable: [String]?
    /// Where the code of a business failure is.
    var code: [String]?
    /// Where its message is.
    var message: [String]?
}
