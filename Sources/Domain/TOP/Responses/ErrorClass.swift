/// The relay's classification of an error of TOP.
package enum ErrorClass: Sendable, Equatable {
    /// The session key is missing, wrong, expired or too weak: the seller has to authorise again.
    case sessionInvalid
    /// A call limit was hit. The ban is nil where TOP names no duration.
    case throttled(Ban?)
    /// The call may be repeated after this many seconds. Only the `errors` of an entry give this class.
    case retryLater(seconds: Int)
    /// The relay's own set-up is at fault: key, sign, clock, IP list, package.
    case misconfigured
    /// The caller's parameters are wrong. Repeating the call unchanged does not help.
    case rejected
    /// TOP answered, and nothing was done. Only an entry's own `errors` say this.
    case businessFailure
    /// TOP failed. Nothing was done, or the method only reads.
    case platformError
    /// TOP failed, and may have executed the call.
    case unknown

    /// Classes an error.
    ///
    /// The entry's own `errors` come first: the whole sub_code, then its part before `:`, or the code where there is
    /// no sub_code. The rows of ``ErrorClassTable`` follow.
    /// - Parameters:
    ///   - error: what TOP said.
    ///   - methodReads: whether the method changes nothing.
    ///   - meanings: the entry's `errors`.
    package init(
        classifying error: TOPError, methodReads: Bool, meanings: [String: ErrorMeaning] = [:]
    ) {
        if let meaning = Self.meaning(of: error, in: meanings) {
            self.init(meaning, of: error)
        } else if let row = ErrorClassTable.rows.first(where: { $0.holds(for: error) }) {
            self.init(row.meaning, of: error)
        } else {
            self = methodReads ? .platformError : .unknown
        }
    }

    private init(_ meaning: ErrorMeaning, of error: TOPError) {
        switch meaning {
        case .sessionInvalid: self = .sessionInvalid
        case .throttled: self = .throttled(Ban(in: error))
        case .misconfigured: self = .misconfigured
        case .rejected: self = .rejected
        case .businessFailure: self = .businessFailure
        case .platformError: self = .platformError
        case .unknown: self = .unknown
        case .retryLater(let seconds): self = .retryLater(seconds: seconds)
        }
    }

    private static func meaning(of error: TOPError, in meanings: [String: ErrorMeaning]) -> ErrorMeaning? {
        if meanings.isEmpty { return nil }
        guard let subCode = error.subCode else { return meanings[error.code] }
        return meanings[subCode] ?? meanings[String(subCode.prefix { $0 != ":" })]
    }
}

/// What a row of the table, or an entry's `errors`, says of an error.
package enum ErrorMeaning: Sendable, Hashable {
    case sessionInvalid, throttled, misconfigured, rejected, businessFailure, platformError, unknown
    /// A limit without a ban, which ends after this many seconds.
    case retryLater(seconds: Int)

    /// The seconds of `retry_later` where the entry gives none.
    package static let defaultRetrySeconds = 60

    /// The words that an entry may use, in the order in which they are listed.
    package static let words: [(word: String, meaning: ErrorMeaning)] = [
        ("session_invalid", .sessionInvalid), ("throttled", .throttled), ("misconfigured", .misconfigured),
        ("rejected", .rejected), ("business_failure", .businessFailure), ("platform_error", .platformError),
        ("unknown", .unknown), ("retry_later", .retryLater(seconds: defaultRetrySeconds)),
    ]

    /// The meaning of a word; nil for any other.
    package init?(word: String) {
        guard let found = Self.words.first(where: { $0.word == word }) else { return nil }
        self = found.meaning
    }

    /// The word, with the seconds of `retry_later`.
    package var text: String {
        if case .retryLater(let seconds) = self { return "retry_later: \(seconds)" }
        return Self.words.first { $0.meaning == self }?.word ?? ""
    }
}
