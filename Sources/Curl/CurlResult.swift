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
    /// it may have, whatever the outcome says. (With an empty body: whether anything was sent.)
    public var bodyWasAskedFor: Bool
    /// How long its parts took.
    public var timings: CurlTimings
    /// Bytes of the request that were sent, with headers, before TLS.
    public var bytesSent: Int
    /// Bytes of the answer that were received, with headers, before decompression.
    public var bytesReceived: Int

    /// A result of these parts.
    public init(
        outcome: Outcome, bodyWasAskedFor: Bool, timings: CurlTimings = CurlTimings(), bytesSent: Int = 0,
        bytesReceived: Int = 0
    ) {
        self.outcome = outcome
        self.bodyWasAskedFor = bodyWasAskedFor
        self.timings = timings
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
    }
}
