internal import Synchronization

/// Metrics, readable from any thread.
extension EventLoop {
    /// The number of turns.
    package var turns: UInt64 { metrics.turns.load(ordering: .relaxed) }

    /// The number of jobs and closures that ran.
    package var jobs: UInt64 { metrics.jobs.load(ordering: .relaxed) }

    /// How often another thread interrupted the loop's wait. Each time costs one system call.
    package var wakeUps: UInt64 { metrics.wakeUps.load(ordering: .relaxed) }

    /// The time outside of waits, in nanoseconds. Its rate is the loop's utilisation.
    package var busyNanoseconds: UInt64 { metrics.busyNanoseconds.load(ordering: .relaxed) }

    /// Returns the longest turn since the last call, in nanoseconds. It is the longest time that an event had to wait.
    /// For one reader, such as a scrape.
    package func takeLongestTurn() -> UInt64 {
        metrics.takeLongestTurn()
    }
}
