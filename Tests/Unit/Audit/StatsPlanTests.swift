import Testing

@testable import Audit
import Time

/// Which parts of an answer come from what is kept.
@Suite struct StatsPlanTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    /// The beginning of a GMT+8 day.
    private static let midnight: Int64 = 1_767_196_800_000

    private func query(
        _ bucket: StatsQuery.Bucket, _ dimensions: [StatsQuery.Dimension] = [], counts: Bool = false,
        _ narrow: (inout TrailQuery) -> Void = { _ in }
    ) -> StatsQuery {
        var query = StatsQuery(
            fromMilliseconds: Self.midnight, toMilliseconds: Self.midnight + Self.day, bucket: bucket,
            dimensions: dimensions)
        if counts { query.measures = [.count] }
        narrow(&query.filter)
        return query
    }

    @Test("The least that holds an answer is read")
    func leastThatHoldsAnswer() throws {
        #expect(try StatsSource(query(.minute)) == .rollups(grain: .minute, set: []))
        #expect(try StatsSource(query(.quarter, [.outcome])) == .rollups(grain: .quarter, set: [.outcome]))
        #expect(try StatsSource(query(.hour, [.seller])) == .rollups(grain: .hour, set: [.seller]))
        #expect(try StatsSource(query(.day, [.outcome, .method])) == .rollups(grain: .day, set: [.method, .outcome]))
        #expect(
            try StatsSource(query(.hour, [.outcome]) { $0.method = "m" })
                == .rollups(grain: .hour, set: [.method, .outcome]))
        #expect(try StatsSource(query(.hour) { $0.method = "m" }) == .rollups(grain: .hour, set: [.method]))
        // Counts can be added up, quantiles cannot.
        #expect(
            try StatsSource(query(.hour, counts: true) { $0.method = "m*" })
                == .rollups(grain: .hour, set: [.method]))
        #expect(try StatsSource(query(.hour) { $0.method = "m*" }) == .cells)
        #expect(try StatsSource(query(.all, [.app], counts: true)) == .rollups(grain: .hour, set: [.app]))
        #expect(try StatsSource(query(.all, [.app])) == .cells)
        #expect(try StatsSource(query(.hour, [.method, .app, .caller])) == .cells)
        #expect(try StatsSource(query(.day, [.method]) { $0.status = 504 }) == .cells)
        #expect(try StatsSource(query(.day, [.method]) { $0.seller = "s" }) == .calls)
        #expect(try StatsSource(query(.minute, [.seller])) == .calls)
        #expect(try StatsSource(query(.minute, [.method, .outcome])) == .calls)
        #expect(try StatsSource(query(.day) { $0.ref = "SO1" }) == .calls)
        #expect(try StatsSource(query(.day) { $0.minimumDurationMilliseconds = 1 }) == .calls)
    }

    @Test("What is not over, and days that are not right, are counted; the rest is kept")
    func whatIsNotOver() throws {
        let start = Self.midnight
        let marks = StatsPlan.Marks(
            done: start + 50 * Self.hour + 60_000, oldest: start - 100 * Self.day, newest: start + 60 * Self.hour,
            uncountedDays: [start])
        var wanted = query(.hour)
        wanted.fromMilliseconds = start - Self.day + 1
        wanted.toMilliseconds = start + 51 * Self.hour - 1
        let plan = try StatsPlan(wanted, marks)
        #expect(
            plan.kept == [
                TimeRange(from: start - Self.day, to: start),
                TimeRange(from: start + Self.day, to: start + 50 * Self.hour),
            ])
        #expect(
            plan.live == [
                TimeRange(from: start, to: start + Self.day),
                TimeRange(from: start + 50 * Self.hour, to: start + 51 * Self.hour),
            ])
        // A whole stretch begins and ends where it is told to.
        wanted.bucket = .all
        wanted.dimensions = [.app]
        let whole = try StatsPlan(wanted, marks)
        #expect(whole.cells.first == TimeRange(from: start - Self.day + Self.hour, to: start))
        #expect(whole.live.first == TimeRange(from: start - Self.day + 1, to: start - Self.day + Self.hour))
        #expect(whole.live.last == TimeRange(from: start + 50 * Self.hour, to: start + 51 * Self.hour - 1))
    }

    @Test("The whole hours of a day that is not over come from cells, for a bucket of a day")
    func wholeHoursOfDay() throws {
        let start = Self.midnight
        let marks = StatsPlan.Marks(
            done: start + 34 * Self.hour + 60_000, oldest: start - Self.day, newest: start + 60 * Self.hour,
            uncountedDays: [])
        var wanted = query(.day, [.method])
        wanted.toMilliseconds = start + 2 * Self.day
        let plan = try StatsPlan(wanted, marks)
        #expect(plan.kept == [TimeRange(from: start, to: start + Self.day)])
        #expect(plan.cells == [TimeRange(from: start + Self.day, to: start + 34 * Self.hour)])
        #expect(plan.live == [TimeRange(from: start + 34 * Self.hour, to: start + 2 * Self.day)])
        // Cells know no sellers.
        wanted.dimensions = [.seller]
        #expect(try StatsPlan(wanted, marks).cells.isEmpty)
        #expect(try StatsPlan(wanted, marks).live == [TimeRange(from: start + Self.day, to: start + 2 * Self.day)])
    }

    @Test("Nothing older than the trail and nothing later than now is asked for, and every instant once")
    func nothingOlderThanTrail() throws {
        let start = Self.midnight
        var marks = StatsPlan.Marks(
            done: start, oldest: start + Self.day, newest: start + 2 * Self.day, uncountedDays: [])
        #expect(try StatsPlan(query(.hour), marks).kept.isEmpty && StatsPlan(query(.hour), marks).live.isEmpty)
        marks.oldest = start
        #expect(try StatsPlan(query(.hour), marks).live == [TimeRange(from: start, to: start + Self.day)])
        marks.uncountedDays = [start - Self.day, start, start + Self.day]
        marks.done = start + 3 * Self.day
        #expect(try StatsPlan(query(.hour), marks).live == [TimeRange(from: start, to: start + Self.day)])
        #expect(try StatsPlan(query(.hour), marks).kept.isEmpty)
    }

    @Test("Days begin at midnight of GMT+8, before 1970 too")
    func daysBeginAtMidnight() {
        #expect(GMT8.start(of: Self.day, at: Self.midnight) == Self.midnight)
        #expect(GMT8.start(of: Self.day, at: Self.midnight + Self.day - 1) == Self.midnight)
        #expect(StatsQuery.ceiling(Self.midnight + 1, Self.day) == Self.midnight + Self.day)
        #expect(GMT8.start(of: Self.hour, at: -1) == -Self.hour)
        #expect(GMT8.start(of: Self.day, at: -9 * Self.hour) == -32 * Self.hour)
    }

    @Test("The sets of values with most calls are kept, whole")
    func setsOfValuesWithMost() {
        func row(_ at: String, _ value: String, _ calls: Int) -> StatsRow {
            StatsRow(at: at, values: [value], calls: calls)
        }
        let rows = [row("1", "a", 5), row("1", "b", 4), row("1", "c", 4), row("2", "b", 2), row("2", "c", 2)]
        #expect(StatsRow.top(2, of: rows).map(\.at) == ["1", "1", "2", "2"])
        #expect(StatsRow.top(2, of: rows).map(\.values) == [["b"], ["c"], ["b"], ["c"]])
        #expect(StatsRow.top(3, of: rows) == rows)
    }
}

/// The operator at a terminal may see every call.
extension StatsQuery {
    fileprivate func authorized() throws -> AuthorizedStatsQuery {
        AuthorizedStatsQuery(self, of: try AuthorizedTrailQuery(filter, for: .terminal))
    }
}

extension StatsSource {
    fileprivate init(_ query: StatsQuery) throws { self.init(try query.authorized()) }
}

extension StatsPlan {
    fileprivate init(_ query: StatsQuery, _ marks: Marks) throws { self.init(try query.authorized(), marks) }
}
