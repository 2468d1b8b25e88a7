/// The rules of an entry that decide the outcome of a response. Paths are lists of names, from the object inside the
/// wrapper.
struct OutcomeRules: Sendable, Equatable {
    /// A condition: the field's text is one of the values. It fails for a missing field.
    struct Flag: Sendable, Equatable {
        let path: [String]
        let values: [String]
    }

    /// A condition for a successful response to be complete.
    enum Completion: Sendable, Equatable {
        /// A flag.
        case flag(Flag)
        /// The response must have every text that was sent in a certain field. If some are missing, the outcome is
        /// partial. If all are missing, it is a business failure.
        case echoed(path: [String], expectation: Int)
    }

    /// If one of them fails, the outcome is a business failure.
    var success: [Flag] = []
    /// If one of them fails, a successful response is partial.
    var completions: [Completion] = []
    /// Whether success means that TOP has accepted the request and reports its result later.
    var isAccepted = false
    /// The path of the field that tells whether the call may be repeated.
    var retryable: [String]?
    /// The path of the code of a business failure.
    var code: [String]?
    /// The path of the message of a business failure.
    var message: [String]?
}
