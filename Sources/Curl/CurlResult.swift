/// What became of a request.
public struct CurlResult: Sendable {
    /// An answer, or why there is none.
    public enum Outcome: Sendable {
        /// A whole answer of any status; the body is decompressed, and in UTF-8 where it is declared in one of the Chinese
        /// character sets.
        case answered(status: Int, contentType: String?, body: [UInt8])
        /// No whole answer.
        case failed(CurlFailure)
    }

    /// An answer, or why there is none.
    public var outcome: Outcome
    /// Whether libcurl ever asked for a byte of the body. If not, the peer has surely not got a whole request; if so,
    /// it may have, whatever the outcome says. (With a body that goes joined to the head, or an empty one: whether the
    /// kernel has taken a byte of the request.)
    public var bodyWasAskedFor: Bool
    /// How long its parts took.
    public var timings: CurlTimings

    /// A result of these parts.
    public init(outcome: Outcome, bodyWasAskedFor: Bool, timings: CurlTimings = CurlTimings()) {
        self.outcome = outcome
        self.bodyWasAskedFor = bodyWasAskedFor
        self.timings = timings
    }
}
