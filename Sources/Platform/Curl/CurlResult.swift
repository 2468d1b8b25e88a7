/// The result of a request.
package struct CurlResult: Sendable {
    /// A response, or why there is none.
    package enum Outcome: Sendable {
        /// A complete response with any status. The body is decompressed. It is converted to UTF-8 if the response
        /// declares a Chinese character set.
        case answered(status: Int, contentType: String?, body: [UInt8])
        /// There is no complete response.
        case failed(CurlFailure)
    }

    /// A response, or why there is none.
    package var outcome: Outcome
    /// Whether a byte of the request was given to an established connection. If not, the peer has received nothing.
    /// Otherwise it may have received everything, whatever the outcome is.
    package var mayHaveBeenSent: Bool
    /// Where the answer redirects to; nil if it has no `Location`.
    package var location: String?
    /// How long its parts took.
    package var timings: CurlTimings

    /// Makes a result.
    package init(outcome: Outcome, mayHaveBeenSent: Bool, timings: CurlTimings = CurlTimings()) {
        self.outcome = outcome
        self.mayHaveBeenSent = mayHaveBeenSent
        self.timings = timings
    }
}
