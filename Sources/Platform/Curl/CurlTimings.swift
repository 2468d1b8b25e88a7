/// When a request reached each step, in nanoseconds since its start. A step that was not reached or not needed is 0.
package struct CurlTimings: Sendable, Equatable {
    /// The connection was established; 0 on a reused one.
    package var connectNanoseconds: UInt64 = 0
    /// The TLS handshake ended; 0 on a reused connection and for http.
    package var tlsNanoseconds: UInt64 = 0
    /// The first byte of the response arrived.
    package var firstByteNanoseconds: UInt64 = 0
    /// The request ended.
    package var totalNanoseconds: UInt64 = 0
    /// Whether the request used an existing connection.
    package var reused = false

    /// Makes timings in which every step is 0.
    package init() {}
}
