import Postgres
import TestSupport
import Testing

@testable import Audit

/// Mixtures of filters, drawn at random, against a scan of all calls in Swift, over a year of partitions.
@Suite struct TrailMixTests {
    /// A narrowing of a filter, and the calls that it leaves.
    private typealias Condition = (change: (inout TrailQuery) -> Void, holds: (MixedCall) -> Bool)

    /// Calls of the last minutes, at the edges of days, several in one millisecond, and a few all over a year; newest
    /// first.
    private func seed(_ trail: Trail, days: Int64, using random: inout Seeded) async throws -> [MixedCall] {
        let now = try await trail.now()
        let today = Int64(
            try await trail.number("SELECT (extract(epoch FROM audit.day_start(audit.day(now()))) * 1000)::bigint"))
        var instants: [Int64] = []
        for _ in 0..<260 { instants.append(now - Int64.random(in: 0..<7_200_000, using: &random)) }
        for day in 0..<12 { instants += [-1, 0, 0, 1].map { min(now, today - Int64(day) * WindowIterator.day + $0) } }
        for _ in 0..<60 {
            instants += Array(repeating: now - Int64.random(in: 0..<345_600_000, using: &random), count: 3)
        }
        for _ in 0..<180 { instants.append(now - Int64.random(in: 0..<days * WindowIterator.day, using: &random)) }
        var calls: [MixedCall] = []
        for instant in instants {
            calls.append(MixedCall(CallID.make(epochMilliseconds: instant, using: &random), using: &random))
            // What is older than the mark has ended.
            if calls[calls.count - 1].rows == .open, instant < now - WindowIterator.day {
                calls[calls.count - 1].rows = .reconciled
            }
        }
        let all = calls
        try await trail.database.withConnection(trail.loop) { connection in
            for day in 1...days {
                _ = try await connection.query("SELECT audit.make_partitions(audit.day(now()) - \(day))")
            }
            try await MixedCall.insert(all, on: connection)
            try await connection.execute("UPDATE audit.reconciliation SET closed_before = now() - interval '1 day'")
        }
        return calls.sorted { ($0.id.high, $0.id.low) > ($1.id.high, $1.id.low) }
    }

    private func condition(_ kind: Int, _ calls: [MixedCall], using random: inout Seeded) -> Condition {
        let call = calls[Int.random(in: 0..<calls.count, using: &random)]
        let isAbsent = Int.random(in: 0..<12, using: &random) == 0
        func text(_ value: String?) -> String { isAbsent ? "absent" : value ?? "absent" }
        func list(_ value: String?) -> ValueList<String> { ValueList(text(value)) }
        switch kind {
        case 0: return ({ $0.caller = list(call.caller) }, { $0.caller == text(call.caller) })
        case 1: return ({ $0.app = list(call.app) }, { $0.app == text(call.app) })
        case 2: return ({ $0.seller = list(call.seller) }, { $0.seller == text(call.seller) })
        case 3: return ({ $0.method = list(call.method) }, { $0.method == text(call.method) })
        case 4: return ({ $0.method = "tmall.a_*" }, { $0.method == "tmall.a_sync" })
        case 5: return ({ $0.outcome = ValueList(call.seen.outcome) }, { $0.seen.outcome == call.seen.outcome })
        case 6:
            let status = call.seen.status ?? 418
            return ({ $0.status = ValueList(status) }, { $0.seen.status == status })
        case 7: return ({ $0.code = list(call.seen.code) }, { $0.seen.code == text(call.seen.code) })
        case 8: return ({ $0.subCode = list(call.seen.subCode) }, { $0.seen.subCode == text(call.seen.subCode) })
        case 9: return ({ $0.topRequestID = text(call.seen.top) }, { $0.seen.top == text(call.seen.top) })
        case 10:
            return (
                { $0.clientRequestID = text(call.clientRequestID) },
                { $0.clientRequestID == text(call.clientRequestID) }
            )
        case 11:
            let least = call.seen.duration ?? 1
            return ({ $0.minimumDurationMilliseconds = least }, { ($0.seen.duration ?? -1) >= least })
        case 12: return ({ $0.ref = text(call.refs.last) }, { $0.refs.contains(text(call.refs.last)) })
        default:
            let thing = text(call.things.last)
            return ({ $0.key = ("thing", thing) }, { $0.things.contains(thing) })
        }
    }

    /// The ends of a stretch of time: calls' own milliseconds, the first of which is in and the last of which is out.
    private func stretch(_ calls: [MixedCall], using random: inout Seeded) -> Condition {
        let ends = [0, 1].map { _ in calls[Int.random(in: 0..<calls.count, using: &random)].id.epochMilliseconds }
        let from = Bool.random(using: &random) ? ends.min() : nil
        let to = Bool.random(using: &random) ? ends.max() : nil
        return (
            { ($0.fromMilliseconds, $0.toMilliseconds) = (from, to) },
            { $0.id.epochMilliseconds >= from ?? 0 && $0.id.epochMilliseconds < to ?? .max }
        )
    }

    @Test(
        "Mixtures of filters, from both ends and from any call in between, there and back, over a month and a year",
        arguments: [(days: 33, count: 32), (days: 364, count: 5)])
    func mixturesOfFilters(_ days: Int64, _ count: Int) async throws {
        try await withTrail { trail in
            var random = Seeded(seed: UInt64(days))
            let calls = try await seed(trail, days: days, using: &random)
            let reader = trail.reader()
            defer { reader.close() }
            var pages = 0
            for number in 0..<count {
                // Each member of a filter once: 3 and 4 are both the method.
                var kinds = Array((0..<14).shuffled(using: &random).prefix(number % 4))
                if kinds.contains(3) { kinds.removeAll { $0 == 4 } }
                var conditions: [Condition] = []
                for kind in kinds { conditions.append(condition(kind, calls, using: &random)) }
                if number % 3 == 0 { conditions.append(stretch(calls, using: &random)) }
                var filter = TrailQuery()
                filter.order = Bool.random(using: &random) ? .newest : .oldest
                for condition in conditions { condition.change(&filter) }
                var expected = calls.filter { call in conditions.allSatisfy { $0.holds(call) } }
                if filter.order == .oldest { expected.reverse() }
                filter.limit = max(Int.random(in: 1...40, using: &random), expected.count / 4)
                pages += try await walk(reader, filter, expected, "\(number): \(filter)")
                try await jump(reader, filter, expected, calls[Int.random(in: 0..<calls.count, using: &random)].id)
            }
            #expect(pages > count * 2)
        }
    }

    /// From the first page to the last, and back.
    private func walk(
        _ reader: TrailReader, _ filter: TrailQuery, _ expected: [MixedCall], _ what: String
    ) async throws -> Int {
        var page = try await reader.list(filter, keys: [MixedCall.key])
        #expect(page.previous == nil)
        var (there, pages) = (page.rows, 1)
        while let next = page.next, pages < 100 {
            var following = filter
            following.cursor = next
            page = try await reader.list(following, keys: [MixedCall.key])
            there += page.rows
            pages += 1
        }
        #expect(there.map(\.id) == expected.map(\.id), "\(what)")
        #expect(there.map(\.outcome) == expected.map(\.seen.outcome), "\(what)")
        var back = page.rows
        while let previous = page.previous, pages < 200 {
            var before = filter
            before.cursor = previous
            page = try await reader.list(before, keys: [MixedCall.key])
            back = page.rows + back
            pages += 1
        }
        #expect(back.map(\.id) == expected.map(\.id), "back: \(what)")
        return pages
    }

    /// One page on either side of a call, which need not be among those that match.
    private func jump(_ reader: TrailReader, _ filter: TrailQuery, _ expected: [MixedCall], _ id: CallID) async throws {
        let older = expected.filter { ($0.id.high, $0.id.low) < (id.high, id.low) }.map(\.id)
        let newer = expected.filter { ($0.id.high, $0.id.low) > (id.high, id.low) }.map(\.id)
        var beside = filter
        beside.cursor = TrailCursor(.older, beside: id)
        let down = try await reader.list(beside, keys: [MixedCall.key]).rows.map(\.id)
        beside.cursor = TrailCursor(.newer, beside: id)
        let up = try await reader.list(beside, keys: [MixedCall.key]).rows.map(\.id)
        let isNewestFirst = filter.order == .newest
        #expect(
            down == (isNewestFirst ? Array(older.prefix(filter.limit)) : Array(older.suffix(filter.limit))), "\(filter)"
        )
        #expect(
            up == (isNewestFirst ? Array(newer.suffix(filter.limit)) : Array(newer.prefix(filter.limit))), "\(filter)")
    }
}
