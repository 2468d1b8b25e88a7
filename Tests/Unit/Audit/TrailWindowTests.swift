import Testing

@testable import Audit

@Suite("Stretches of time of a search")
struct TrailWindowTests {
    private static let hour = WindowIterator.hour
    private static let day = WindowIterator.day
    /// A GMT+8 midnight.
    private static let midnight: Int64 = 1_700_000_000_000 / day * day - 8 * hour

    @Test("Parts follow one another in the order of the list, and cover the stretch and no more than its hours or days")
    func partsFollowOneAnotherInOrder() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let from = Self.midnight + Int64.random(in: -Self.day...Self.day, using: &random)
            let window = TimeRange(from: from, to: from + Int64.random(in: 1...(40 * Self.day), using: &random))
            let now = Int64.random(in: window.from...(window.to + Self.day), using: &random)
            for hours in [[], [1, 3]] as [[Int64]] {
                let unit = hours.isEmpty ? Self.day : Self.hour
                for ascending in [true, false] {
                    var parts = window.parts(ascending: ascending, hours: hours, now: now)
                    if !ascending { parts.reverse() }
                    #expect(parts.allSatisfy { !$0.isEmpty })
                    #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.to == $1.from })
                    #expect(parts.first.map { $0.from <= window.from && $0.from > window.from - unit } == true)
                    #expect(parts.last.map { $0.to >= window.to && $0.to < window.to + unit } == true)
                    #expect(parts.count <= 10)
                }
            }
        }
    }

    @Test("Ends stand at hours and days, so that a search a moment later has the same parts")
    func endsStandAtHours() {
        let now = Self.midnight + 9 * Self.hour + 1
        func parts(_ hours: [Int64], later: Int64) -> [TimeRange] {
            TimeRange(from: now - 30 * Self.day + later, to: now + Self.day + later)
                .parts(ascending: false, hours: hours, now: now + later)
        }
        #expect(parts([1, 3], later: 0) == parts([1, 3], later: Self.hour - 2))
        #expect(parts([1, 3], later: 0) != parts([1, 3], later: Self.hour))
        #expect(parts([], later: 0) == parts([], later: 14 * Self.hour))
        #expect(parts([], later: 0) != parts([], later: 15 * Self.hour))
    }

    @Test("What is later than now belongs to the first part, which reaches back to this hour's or this day's beginning")
    func whatIsLaterThanNow() {
        let now = Self.midnight + 9 * Self.hour + 1
        let window = TimeRange(from: now - 3 * Self.day, to: now + Self.day)
        let hours = window.parts(ascending: false, hours: [1, 3], now: now)
        #expect(Array(hours.map(\.from).prefix(3)) == [9, 6, 0].map { Self.midnight + $0 * Self.hour })
        let days = window.parts(ascending: false, now: now)
        #expect(days.map(\.from) == [0, 1, 3].map { Self.midnight - $0 * Self.day })
    }

    @Test("A stretch in whole days holds it, and is no longer than it must be")
    func wholeDays() {
        let instant = TimeRange(from: Self.midnight, to: Self.midnight + 1)
        #expect(instant.wholeDays == TimeRange(from: Self.midnight, to: Self.midnight + Self.day))
        let exact = TimeRange(from: Self.midnight - Self.day, to: Self.midnight)
        #expect(exact.wholeDays == exact)
    }
}
