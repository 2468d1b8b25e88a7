internal import Synchronization

/// Counters for metrics. From any thread.
extension EventLoop {
    /// Turns taken so far.
    public var turns: UInt64 { counters.turns.load(ordering: .relaxed) }

    /// Jobs and closures run so far.
    public var jobs: UInt64 { counters.jobs.load(ordering: .relaxed) }

    /// Descriptor events seen so far.
    public var events: UInt64 { counters.events.load(ordering: .relaxed) }

    /// How often another thread had to interrupt the loop's wait: one system call each.
    public var wakeUps: UInt64 { counters.wakeUps.load(ordering: .relaxed) }

    /// Time spent outside of waiting so far, in nanoseconds; its rate is the loop's utilisation.
    public var busyNanoseconds: UInt64 { counters.busyNanoseconds.load(ordering: .relaxed) }

    /// The longest turn since the last `takeLongestTurn()`, in nanoseconds: how long an event had to wait at worst.
    public var longestTurnNanoseconds: UInt64 { counters.longestTurnNanoseconds.load(ordering: .relaxed) }

    /// The longest turn so far, in nanoseconds, and starts anew: one reader, such as a scrape.
    public func takeLongestTurn() -> UInt64 {
        counters.longestTurnNanoseconds.exchange(0, ordering: .relaxed)
    }
}
