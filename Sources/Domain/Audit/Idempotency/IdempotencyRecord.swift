/// The latest run of a key, as the trail knows it.
package struct IdempotencyRecord: Sendable {
    /// The number of the run, from 0.
    package let run: Int
    /// The call of the run.
    package let id: CallID
    /// Whether the call was the same as the current one.
    package let isSame: Bool
    /// How it ended; nil while it is open.
    package let outcome: Outcome?
    /// Whether the caller was told that repeating is safe.
    package let retryable: Bool?
    /// What a person has found out about a call of unknown outcome.
    package let settled: Note.Settlement?
    /// The reply, sealed; nil where it is not kept.
    package let reply: SealedReply?
}

/// What a call with a key does.
package enum IdempotencyDecision: Sendable {
    /// It is made, as this run of its key.
    case run(Int)
    /// The first call is still under way.
    case inProgress(CallID)
    /// The key belongs to another call.
    case reused(CallID)
    /// The first call's reply is repeated.
    case replay(IdempotencyRecord)
    /// The first call was done, as a person has found out.
    case done(CallID)
    /// What became of the first call is unknown, and a repetition could do it twice.
    case unknown(CallID)

    /// Decides by the latest run; nil where there is none.
    package init(_ latest: IdempotencyRecord?) {
        guard let latest else {
            self = .run(0)
            return
        }
        let again = IdempotencyDecision.run(latest.run + 1)
        guard let outcome = latest.outcome else {
            self = latest.isSame ? .inProgress(latest.id) : .reused(latest.id)
            return
        }
        switch outcome {
        case .notSent, .throttled, .platformError, .sessionInvalid, .misconfigured: self = again
        case .businessFailure where latest.retryable == true: self = again
        case .unknown where latest.settled == .notDone: self = again
        case _ where !latest.isSame: self = .reused(latest.id)
        case .success, .accepted, .partial, .businessFailure, .rejected: self = .replay(latest)
        case .unknown where latest.settled == .done: self = .done(latest.id)
        case .unknown where latest.retryable == true: self = again
        case .unknown: self = .unknown(latest.id)
        }
    }
}
