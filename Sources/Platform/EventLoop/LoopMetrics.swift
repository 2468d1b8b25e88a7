internal import Synchronization

/// What a loop counts. The loop's thread writes the numbers, and any thread reads them.
final class LoopMetrics: Sendable {
    let turns = Atomic<UInt64>(0)
    let jobs = Atomic<UInt64>(0)
    let wakeUps = Atomic<UInt64>(0)
    let busyNanoseconds = Atomic<UInt64>(0)
    private let longestTurnNanoseconds = Atomic<UInt64>(0)

    /// Counts one turn. The loop's thread is the only writer, so a load and a store suffice.
    func endTurn(jobs ran: UInt64, nanoseconds: UInt64) {
        add(1, to: turns)
        add(ran, to: jobs)
        add(nanoseconds, to: busyNanoseconds)
        if nanoseconds > longestTurnNanoseconds.load(ordering: .relaxed) {
            longestTurnNanoseconds.store(nanoseconds, ordering: .relaxed)
        }
    }

    /// Returns the longest turn since the last call, in nanoseconds.
    func takeLongestTurn() -> UInt64 { longestTurnNanoseconds.exchange(0, ordering: .relaxed) }

    private func add(_ amount: UInt64, to counter: borrowing Atomic<UInt64>) {
        counter.store(counter.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
