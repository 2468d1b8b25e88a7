/// The units whose waiters are to get an answer by a deadline.
///
/// Units are not taken out one by one when they are answered, but swept out when they have become the greater part.
struct WaitingList {
    private var units: [WriteUnit] = []
    private var waiting = 0

    mutating func append(_ unit: WriteUnit) {
        units.append(unit)
        waiting += 1
    }

    /// To be told of each unit of the list whose waiter has an answer.
    mutating func hasAnswered() {
        waiting -= 1
        if units.count > 64, units.count > 4 * waiting { units.removeAll { !$0.hasWaiter } }
    }

    /// The units whose deadline has passed.
    func expired(at now: UInt64) -> [WriteUnit] { units.filter { $0.hasWaiter && $0.deadline <= now } }

    /// The earliest deadline.
    var nextDeadline: UInt64? { units.lazy.filter(\.hasWaiter).map(\.deadline).min() }

    /// Brings every deadline forward to a time, where it is later.
    func shorten(to time: UInt64) {
        for unit in units where unit.deadline > time { unit.deadline = time }
    }
}
