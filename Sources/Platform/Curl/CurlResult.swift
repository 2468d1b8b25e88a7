/// What became of a request.
package struct CurlResult: Sendable {
    /// An answer, or why there is none.
    package enum Outcome: Sendable {
        /// A whole answer of any status; the body is decompressed, and in UTF-8 where it is declared in one of the Chinese
        /// character sets.
        case answered(status: Int, contentType: String?, body: [UInt8])
        /// No whole answer.
        case failed(CurlFailure)
    }

    /// An answer, or why there is none.
    package var outcome: Outcome
    /// Whether a byte of the request was given to a connection that stood. If not, the peer has not received any of it.
    /// Otherwise it may have received all of it, whatever the outcome is.
    package var mayHaveBeenSent: Bool
    /// Where the answer redirects to; nil if it has no `Location`.
    package var location: String?
    /// How long its parts took.
    package var timings: CurlTimings

    /// A result of these parts.
    package init(outcome: Outcome, mayHaveBeenSent: Bool, timings: CurlTimings = CurlTimings()) {
        self.outcome = outcome
        self.mayHaveBeenSent = mayHaveBeenSent
        self.timings = timings
    }
}
