import Synchronization

/// How many calls the workers of a replica have under way together, and how many they may have.
package final class CallLimit: Sendable {
    /// The most calls at once.
    package let maximum: Int
    private let running = Atomic(0)

    /// A limit of at least one call.
    package init(_ maximum: Int) { self.maximum = max(1, maximum) }

    /// Takes a place for a call; false when there is none.
    func enter() -> Bool {
        var seen = running.load(ordering: .relaxed)
        while seen < maximum {
            let (isTaken, found) = running.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .relaxed)
            if isTaken { return true }
            seen = found
        }
        return false
    }

    /// Gives the place back.
    func leave() { running.wrappingSubtract(1, ordering: .relaxed) }
}
