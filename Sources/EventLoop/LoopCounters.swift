internal import Synchronization

/// What a loop counts for metrics. Written by the loop's thread alone, read by any.
final class LoopCounters: Sendable {
    let turns = Atomic<UInt64>(0)
    let jobs = Atomic<UInt64>(0)
    let events = Atomic<UInt64>(0)
    let wakeUps = Atomic<UInt64>(0)
    let busyNanoseconds = Atomic<UInt64>(0)
    let longestTurnNanoseconds = Atomic<UInt64>(0)

    /// The loop's thread is the only writer of these, so a load and a store do; no locked instruction.
    func endTurn(jobs ran: UInt64, events seen: UInt64, nanoseconds: UInt64) {
        add(1, to: turns)
        add(ran, to: jobs)
        add(seen, to: events)
        add(nanoseconds, to: busyNanoseconds)
        if nanoseconds > longestTurnNanoseconds.load(ordering: .relaxed) {
            longestTurnNanoseconds.store(nanoseconds, ordering: .relaxed)
        }
    }

    private func add(_ amount: UInt64, to counter: borrowing Atomic<UInt64>) {
        counter.store(counter.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
