import Synchronization

/// A limit on the bytes that all requests of the process hold together. Every member may be used from any thread.
package final class ByteBudget: Sendable {
    /// The most bytes that reservations may grow to.
    package let limit: Int
    private let held = Atomic(0)
    private let refusals = Atomic(0)

    /// Makes a budget of `limit` bytes; without one it only counts.
    package init(limit: Int = .max) { self.limit = limit }

    /// The bytes held now. They may exceed the limit by what ``ByteReservation/hold(_:)`` has added.
    package var heldBytes: Int { held.load(ordering: .relaxed) }

    /// How often the budget has refused bytes.
    package var refusalCount: Int { refusals.load(ordering: .relaxed) }

    /// Counts one refusal that was decided without asking for bytes.
    package func noteRefusal() { refusals.wrappingAdd(1, ordering: .relaxed) }

    fileprivate func take(_ count: Int) -> Bool {
        var seen = heldBytes
        while count <= limit - seen {
            let (isTaken, found) = held.weakCompareExchange(expected: seen, desired: seen + count, ordering: .relaxed)
            if isTaken { return true }
            seen = found
        }
        noteRefusal()
        return false
    }

    fileprivate func add(_ count: Int) { held.wrappingAdd(count, ordering: .relaxed) }
}

/// The bytes that one request holds of a ``ByteBudget``. They are given back by ``release()``, or when the last owner lets
/// go of the reservation.
package final class ByteReservation: Sendable {
    private let budget: ByteBudget
    private let held = Atomic(0)

    /// Makes a reservation of nothing.
    package init(of budget: ByteBudget) { self.budget = budget }

    /// Takes more bytes.
    /// - Returns: false when they do not fit; the reservation is unchanged then.
    package func grow(by count: Int) -> Bool {
        guard budget.take(count) else { return false }
        held.wrappingAdd(count, ordering: .relaxed)
        return true
    }

    /// Holds `count` bytes from now on, whatever the limit is: they exist already. New bodies wait for room.
    package func hold(_ count: Int) {
        let before = held.exchange(count, ordering: .relaxed)
        budget.add(count - before)
    }

    /// Gives everything back.
    package func release() { hold(0) }

    deinit { release() }
}
