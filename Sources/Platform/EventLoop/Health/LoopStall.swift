/// A stall: a loop does not turn, or its timers do not fire.
package struct LoopStall: Sendable, Equatable, CustomStringConvertible {
    /// What has stopped.
    package enum Part: UInt8, Sendable {
        /// The loop runs no work from other threads.
        case work = 1
        /// The loop runs work, but fires no timers.
        case timers = 2
    }

    /// The loop's name.
    package let loop: String
    /// What has stopped.
    package let part: Part
    /// Its length so far in whole seconds.
    package let seconds: Int

    /// One sentence without a full stop, such as "the loop worker-1 has run no work for 12 s".
    package var description: String {
        switch part {
        case .work: "the loop \(loop) has run no work for \(seconds) s"
        case .timers: "no timer of the loop \(loop) has fired for \(seconds) s"
        }
    }
}
