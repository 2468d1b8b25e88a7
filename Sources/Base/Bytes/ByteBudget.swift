import Synchronization

/// A limit for the bytes that all requests of the process hold together. Any thread may use any member.
package final class ByteBudget: Sendable {
    /// The limit for the sum of all reservations.
    package let limit: Int
    private let held = Atomic(0)
    private let refusals = Atomic(0)

    /// Makes a budget of `limit` bytes. Without a limit it only counts.
    package init(limit: Int = .max) { self.limit = limit }

    /// The bytes that are held now. ``ByteReservation/hold(_:)`` may have raised them above the limit.
    package var heldBytes: Int { held.load(ordering: .relaxed) }

    /// How often the budget has refused bytes.
    package var refusalCount: Int { refusals.load(ordering: .relaxed) }

    /// Counts a refusal that was decided without asking for bytes.
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

/// The bytes of a ``ByteBudget`` that one request holds. ``release()`` returns them, and so does the end of the
/// reservation.
package final class ByteReservation: Sendable {
    private let budget: ByteBudget
    private let held = Atomic(0)

    /// Makes an empty reservation.
    package init(of budget: ByteBudget) { self.budget = budget }

    /// Reserves more bytes.
    /// - Returns: false if they do not fit. The reservation is then unchanged.
    package func grow(by count: Int) -> Bool {
        guard budget.take(count) else { return false }
        held.wrappingAdd(count, ordering: .relaxed)
        return true
    }

    /// Sets the reservation to `count` bytes, whatever the limit is, because they already exist. New bodies wait for
    /// space.
    package func hold(_ count: Int) {
        let before = held.exchange(count, ordering: .relaxed)
        budget.add(count - before)
    }

    /// Returns all bytes.
    package func release() { hold(0) }

    deinit { release() }
}
