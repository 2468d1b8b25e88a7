import Time

/// A time range of the trail, in milliseconds since 1970.
struct TimeRange: Sendable, Equatable {
    /// Inclusive.
    var from: Int64
    /// Exclusive.
    var to: Int64

    var isEmpty: Bool { from >= to }

    /// The range with its ends moved to the beginnings of GMT+8 days. Statements are planned for it. Their text stays
    /// the same for a day, so that a connection can keep the plan.
    var wholeDays: TimeRange {
        TimeRange(from: GMT8.start(of: WindowIterator.day, at: from), to: Self.end(of: WindowIterator.day, at: to))
    }

    /// Splits the range into parts in the order of a list. The parts begin and end with GMT+8 days. The first two are
    /// one day long, and each further part is twice as long as the one before. For a common value few calls are read;
    /// for a rare one few parts are planned.
    /// - Parameters:
    ///   - hours: lengths of additional first parts, which begin and end with hours. A value of medium frequency
    ///     usually fills a page within them.
    ///   - now: the first part includes everything later.
    func parts(ascending: Bool, hours: [Int64] = [], now: Int64 = .max) -> [TimeRange] {
        var steps = hours.map { (unit: WindowIterator.hour, length: $0 * WindowIterator.hour) }
        var days: Int64 = 1
        var parts: [TimeRange] = []
        let unit = hours.isEmpty ? WindowIterator.day : WindowIterator.hour
        var rest = TimeRange(from: GMT8.start(of: unit, at: from), to: Self.end(of: unit, at: to))
        while !rest.isEmpty {
            let isFirst = parts.isEmpty
            let step =
                steps.isEmpty ? (unit: WindowIterator.day, length: days * WindowIterator.day) : steps.removeFirst()
            if ascending {
                let end = min(rest.to, GMT8.start(of: step.unit, at: rest.from) + step.length)
                parts.append(TimeRange(from: rest.from, to: end))
                rest.from = end
            } else {
                let last = (isFirst ? min(rest.to, now) : rest.to) - 1
                let start = max(rest.from, GMT8.start(of: step.unit, at: last) + step.unit - step.length)
                parts.append(TimeRange(from: start, to: rest.to))
                rest.to = start
            }
            if step.unit == WindowIterator.day, parts.count > hours.count + 1 { days *= 2 }
        }
        return parts
    }

    private static func end(of unit: Int64, at instant: Int64) -> Int64 { GMT8.start(of: unit, at: instant - 1) + unit }
}
