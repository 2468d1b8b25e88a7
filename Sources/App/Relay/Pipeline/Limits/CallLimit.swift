import Synchronization

/// The limit on the calls in flight of all workers of a replica.
package final class CallLimit: Sendable {
    /// The most calls at once.
    package let maximum: Int
    private let running = Atomic(0)

    /// A limit of at least one call.
    package init(_ maximum: Int) { self.maximum = max(1, maximum) }

    /// Counts a call; false if the limit is reached.
    func enter() -> Bool {
        var seen = running.load(ordering: .relaxed)
        while seen < maximum {
            let (isTaken, found) = running.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .relaxed)
            if isTaken { return true }
            seen = found
        }
        return false
    }

    /// Ends a call that was counted.
    func leave() { running.wrappingSubtract(1, ordering: .relaxed) }
}
