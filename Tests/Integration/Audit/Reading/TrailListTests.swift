import Postgres
import TestSupport
import Testing

@testable import Audit

/// The list of calls against a full scan in Swift.
@Suite struct TrailListTests {
    private static let methods = [
        "tmall.aliauto.carprofile.sync", "taobao.item.get", "a.b_c", "a.bxc", "a.b%c", "a.b\\c", "a.b\\_c",
    ]

    /// Some hundred calls of the last day, open ones, reconciled ones, and ones with both rows among them; many share
    /// their millisecond with another.
    private func seed(_ trail: Trail, count: Int = 240) async throws -> [KnownCall] {
        var random = Seeded(seed: 11)
        let now = try await trail.now()
        var calls: [KnownCall] = []
        for _ in 0..<count {
            var milliseconds = now - Int64.random(in: 0..<86_000_000, using: &random)
            if let last = calls.last, Int.random(in: 0..<3, using: &random) == 0 {
                milliseconds = last.id.epochMilliseconds
            }
            var call = KnownCall(CallID.make(epochMilliseconds: milliseconds, using: &random))
            call.caller = ["shop", "crm"][Int.random(in: 0..<2, using: &random)]
            call.app = ["main", "cars", "名"][Int.random(in: 0..<3, using: &random)]
            call.seller = [nil, "east", "west"][Int.random(in: 0..<3, using: &random)]
            call.method = Self.methods[Int.random(in: 0..<Self.methods.count, using: &random)]
            call.rows = KnownCall.Rows.allCases[Int.random(in: 0..<4, using: &random)]
            call.ending = Outcome.allCases[Int.random(in: 0..<4, using: &random)]
            calls.append(call)
        }
        try await trail.database.withConnection(trail.loop) { connection in
            try await connection.execute(
                "BEGIN; UPDATE audit.reconciliation SET closed_before = now() - interval '2 days'")
            for call in calls { try await call.insert(on: connection) }
            try await connection.execute("COMMIT; ANALYZE audit.calls, audit.intents")
        }
        return calls.sorted { ($0.id.high, $0.id.low) > ($1.id.high, $1.id.low) }
    }

    private func matches(_ call: KnownCall, _ filter: TrailQuery) -> Bool {
        if let from = filter.fromMilliseconds, call.id.epochMilliseconds < from { return false }
        if let to = filter.toMilliseconds, call.id.epochMilliseconds >= to { return false }
        if let methods = filter.method, !methods.values.contains(where: { Self.glob($0[...], call.method[...]) }) {
            return false
        }
        return Self.has(filter.outcome, call.outcome) && Self.has(filter.app, call.app)
            && Self.has(filter.seller, call.seller) && Self.has(filter.caller, call.caller)
    }

    private static func has(_ list: ValueList<String>?, _ value: String?) -> Bool {
        guard let list else { return true }
        return value.map { list.contains($0) } ?? false
    }

    private static func glob(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard first == "*" else { return text.first == first && glob(pattern.dropFirst(), text.dropFirst()) }
        let rest = pattern.dropFirst()
        return glob(rest, text) || (!text.isEmpty && glob(pattern, text.dropFirst()))
    }

    /// Filters of each kind alone, and of several at once.
    private func filters(_ calls: [KnownCall]) -> [TrailQuery] {
        var all: [TrailQuery] = []
        func add(limit: Int = 50, _ change: (inout TrailQuery) -> Void) {
            var filter = TrailQuery()
            filter.limit = limit
            change(&filter)
            all.append(filter)
        }
        add(limit: 7) { _ in }
        add(limit: 240) { _ in }
        for outcome in ["open", "unknown", "success", "accepted", "rejected"] {
            add(limit: 20) { $0.outcome = ValueList(outcome) }
        }
        for method in ["a.b_c", "a.b*", "*_c", "*.sync", "*%*", "a.b\\*", "*", "nothing*"] {
            add { $0.method = ValueList(method) }
        }
        for outcomes in [["open", "unknown"], ["success", "rejected"], ["unknown", "rejected", "accepted"]] {
            add(limit: 20) { $0.outcome = ValueList(outcomes) }
        }
        add { $0.method = ValueList(["a.b_c", "*.sync"]) }
        add { $0.method = ValueList(["a.b_c", "nothing"]) }
        add(limit: 20) { ($0.app, $0.caller) = (ValueList(["名", "main"]), ValueList(["crm", "shop"])) }
        add { ($0.seller, $0.app) = (ValueList(["east", "west"]), "名") }
        add { $0.app = "名" }
        add { $0.seller = "east" }
        add { $0.caller = "crm" }
        // The borders are calls' own milliseconds: the first is in, the last is out.
        let (late, early) = (calls[40].id.epochMilliseconds, calls[190].id.epochMilliseconds)
        add { ($0.fromMilliseconds, $0.toMilliseconds) = (early, late) }
        add(limit: 3) { ($0.fromMilliseconds, $0.toMilliseconds, $0.outcome) = (early, nil, "open") }
        add(limit: 3) { ($0.toMilliseconds, $0.outcome, $0.seller) = (late, "unknown", "west") }
        add(limit: 5) { ($0.method, $0.caller, $0.app, $0.fromMilliseconds) = ("a.*", "shop", "main", early) }
        add { ($0.fromMilliseconds, $0.toMilliseconds) = (late, early) }
        return all
    }

    @Test("Every filter, in both directions, gives what a scan of all calls gives")
    func filtersAndCursors() async throws {
        try await withTrail { trail in
            let calls = try await seed(trail)
            let reader = trail.reader()
            defer { reader.close() }
            for filter in filters(calls) {
                let expected = calls.filter { matches($0, filter) }
                var rows: [CallSummary] = []
                var page = try await reader.list(filter)
                #expect(page.previous == nil)
                while true {
                    #expect(page.limit == filter.limit && page.rows.count <= filter.limit)
                    rows += page.rows
                    guard let next = page.next else { break }
                    var following = filter
                    following.cursor = next
                    page = try await reader.list(following)
                    #expect(!page.rows.isEmpty && page.previous != nil)
                }
                #expect(rows.map(\.id) == expected.map(\.id), "\(filter)")
                #expect(rows.map(\.outcome) == expected.map(\.outcome), "\(filter)")
                try await walkBack(reader, filter, from: page, expected)
            }
        }
    }

    /// From the last page back to the first by `previous`.
    private func walkBack(
        _ reader: TrailReader, _ filter: TrailQuery, from last: TrailPage, _ expected: [KnownCall]
    ) async throws {
        var rows = last.rows
        var page = last
        while let previous = page.previous {
            var before = filter
            before.cursor = previous
            page = try await reader.list(before)
            rows = page.rows + rows
            if page.rows.isEmpty { break }
            #expect(page.next != nil)
        }
        #expect(rows.map(\.id) == expected.map(\.id), "back: \(filter)")
    }

    @Test("A page knows whether there are earlier and later ones")
    func cursorsOfAPage() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let calls = (0..<4).map { KnownCall(callID(now - Int64($0) * 1000)) }
            try await trail.database.withConnection(trail.loop) { connection in
                for call in calls { try await call.insert(on: connection) }
            }
            let reader = trail.reader()
            defer { reader.close() }
            var filter = TrailQuery()
            // Exactly as many as the page takes: nothing comes after.
            filter.limit = 4
            let whole = try await reader.list(filter)
            #expect(whole.rows.map(\.id) == calls.map(\.id) && whole.next == nil && whole.previous == nil)
            filter.limit = 2
            filter.cursor = TrailCursor(.newer, beside: calls[3].id)
            let middle = try await reader.list(filter)
            #expect(middle.rows.map(\.id) == [calls[1].id, calls[2].id])
            #expect(middle.previous == TrailCursor(.newer, beside: calls[1].id))
            #expect(middle.next == TrailCursor(.older, beside: calls[2].id))
            filter.cursor = middle.previous
            let first = try await reader.list(filter)
            #expect(first.rows.map(\.id) == [calls[0].id] && first.previous == nil)
            filter.cursor = TrailCursor(.older, beside: calls[3].id)
            let beyond = try await reader.list(filter)
            #expect(beyond.rows.isEmpty && beyond.next == nil && beyond.previous == nil)
        }
    }

    @Test("A cursor's text goes there and back; other texts are none")
    func cursorText() throws {
        let id = callID(1_700_000_000_000)
        for direction in [TrailCursor.Direction.older, .newer] {
            let cursor = TrailCursor(direction, beside: id)
            #expect(TrailCursor(cursor.text) == cursor)
        }
        for text in ["", "o", "x" + id.text, id.text, "o" + id.text + "0", "oo" + id.text] {
            #expect(TrailCursor(text) == nil)
        }
    }

    @Test("A list of a day, and a cursor, look at that day's partitions alone")
    func listOfDay() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                for rows in KnownCall.Rows.allCases {
                    var call = KnownCall(callID(now))
                    call.rows = rows
                    try await call.insert(on: connection)
                }
            }
            var filter = TrailQuery()
            filter.fromMilliseconds = now
            filter.toMilliseconds = now + 1
            #expect(try await plannedDays(filter, trail).count == 1)
            filter.toMilliseconds = now + 86_400_000
            #expect(try await plannedDays(filter, trail).count == 2)
            // Calls before a cursor of now stand today or yesterday, the only days that have been.
            var older = TrailQuery()
            older.cursor = TrailCursor(.older, beside: callID(now + 1))
            #expect(try await plannedDays(older, trail).count == 2)
        }
    }

    private func plannedDays(_ filter: TrailQuery, _ trail: Trail) async throws -> Set<String> {
        let now = try await trail.now()
        let end = filter.cursor.map { $0.id.epochMilliseconds + 1 } ?? filter.toMilliseconds ?? now
        let window = TimeRange(from: filter.fromMilliseconds ?? now - 86_400_000, to: end)
        let authorized = try AuthorizedTrailQuery(everything: filter)
        let (sql, parameters) = authorized.statement(window, openSince: now - 3_600_000)
        return try await trail.partitions(of: sql, parameters)
    }
}

extension Trail {
    /// The days whose partitions a statement looks at when it runs.
    func partitions(of sql: String, _ parameters: [SQLValue]) async throws -> Set<String> {
        let plan = try await database.rows("EXPLAIN (ANALYZE, TIMING OFF) " + sql, parameters, loop)
        var days: Set<String> = []
        for line in plan.compactMap({ $0[0].text }) where !line.hasSuffix("(never executed)") {
            for word in line.split(separator: " ") {
                for table in ["intents_", "calls_"] where word.hasPrefix(table) && word.count >= table.count + 8 {
                    let day = word.dropFirst(table.count).prefix(8)
                    if day.allSatisfy(\.isNumber) { days.insert(String(day)) }
                }
            }
        }
        return days
    }
}
