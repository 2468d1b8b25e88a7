/// When a call reached each step, in nanoseconds since its start; 0 for steps that it did not reach or did not need.
package struct CurlTimings: Sendable, Equatable {
    /// The connection stood (0 on a reused one).
    package var connectNanoseconds: UInt64 = 0
    /// TLS was agreed on (0 on a reused connection and for http).
    package var tlsNanoseconds: UInt64 = 0
    /// The first byte of the answer came.
    package var firstByteNanoseconds: UInt64 = 0
    /// The call ended.
    package var totalNanoseconds: UInt64 = 0
    /// It went over a connection that an earlier call had opened.
    package var reused = false

    /// All zero.
    package init() {}
}
