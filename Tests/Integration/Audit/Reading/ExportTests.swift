import JSON
import Postgres
import TestSupport
import Testing

@testable import Audit
@testable import AuditAPI

/// Exports and pages with texts, against what a scan in Swift gives.
@Suite struct ExportTests {
    /// Some hundred calls of the last two days of all kinds, many of them in one millisecond; the newest first.
    private func seed(_ trail: Trail, count: Int = 300) async throws -> [KnownCall] {
        var random = Seeded(seed: 5)
        let now = try await trail.now()
        var calls: [KnownCall] = []
        for index in 0..<count {
            var milliseconds = now - Int64.random(in: 1000..<86_000_000, using: &random)
            if let last = calls.last, Int.random(in: 0..<2, using: &random) == 0 {
                milliseconds = last.id.epochMilliseconds
            }
            var call = KnownCall(CallID.make(epochMilliseconds: milliseconds, using: &random))
            call.caller = index % 3 == 0 ? "crm" : "shop"
            call.rows = KnownCall.Rows.allCases[Int.random(in: 0..<4, using: &random)]
            call.ending = index % 5 == 0 ? .rejected : .success
            calls.append(call)
        }
        let all = calls
        try await trail.database.withConnection(trail.loop) { connection in
            try await connection.execute(
                "BEGIN; UPDATE audit.reconciliation SET closed_before = now() - interval '2 days'")
            for call in all { try await call.insert(on: connection) }
            try await connection.execute("COMMIT; ANALYZE audit.calls, audit.intents")
        }
        return all.sorted { ($0.id.high, $0.id.low) > ($1.id.high, $1.id.low) }
    }

    /// Everything that a scan gives.
    private func all(
        _ reader: TrailReader, _ filter: TrailQuery, limit: Int? = nil, pageRows: Int = 7,
        _ meanwhile: () async throws -> Void = {}
    ) async throws -> [CallSummary] {
        var scan = try await reader.scan(filter, limit: limit, pageRows: pageRows)
        var rows: [CallSummary] = []
        while let page = try await scan.next(from: reader) {
            #expect(page.count <= pageRows)
            rows += page
            try await meanwhile()
        }
        return rows
    }

    @Test("A scan gives every call once, in both orders, whatever the size of its pages")
    func scanGivesEveryCall() async throws {
        try await withTrail { trail in
            let calls = try await seed(trail)
            let reader = trail.reader()
            defer { reader.close() }
            let (early, late) = (calls[220].id.epochMilliseconds, calls[40].id.epochMilliseconds)
            let filters: [(inout TrailQuery) -> Void] = [
                { _ in }, { $0.caller = "crm" }, { $0.outcome = "open" }, { $0.outcome = "rejected" },
                { ($0.fromMilliseconds, $0.toMilliseconds) = (early, late) }, { $0.method = "tmall.*" },
                { $0.ref = "nothing" }, { $0.status = 504 }, { $0.limit = 1 },
            ]
            for (number, change) in filters.enumerated() {
                for order in TrailQuery.Order.allCases {
                    var filter = TrailQuery()
                    change(&filter)
                    filter.order = order
                    let expected = calls.filter { call in
                        filter.caller?.contains(call.caller) != false
                            && filter.outcome?.contains(call.outcome) != false
                            && call.id.epochMilliseconds >= filter.fromMilliseconds ?? 0
                            && call.id.epochMilliseconds < filter.toMilliseconds ?? .max && filter.ref == nil
                            && (filter.status == nil || call.outcome == "unknown")
                    }
                    let ids = order == .newest ? expected.map(\.id) : expected.reversed().map(\.id)
                    for pageRows in [1, 7, 500] where pageRows > 1 || number < 2 {
                        #expect(try await all(reader, filter, pageRows: pageRows).map(\.id) == ids, "\(filter)")
                    }
                    #expect(try await all(reader, filter, limit: 10).map(\.id) == Array(ids.prefix(10)))
                }
            }
        }
    }

    @Test("Calls that come while a scan goes on are not in it", arguments: TrailQuery.Order.allCases)
    func callsThatComeWhile(_ order: TrailQuery.Order) async throws {
        try await withTrail { trail in
            let calls = try await seed(trail, count: 60)
            let reader = trail.reader()
            defer { reader.close() }
            var filter = TrailQuery()
            filter.order = order
            let rows = try await all(reader, filter) {
                // Surely after the scan's first instant.
                var call = KnownCall(callID(try await trail.now() + 10))
                call.rows = .ended
                let late = call
                try await trail.database.withConnection(trail.loop) { try await late.insert(on: $0) }
            }
            #expect(Set(rows.map(\.id)) == Set(calls.map(\.id)) && rows.count == calls.count)
        }
    }

    @Test("Texts come in order, as many as fit and one at least, with nil where there is none")
    func textsComeInOrder() async throws {
        try await withTrail { trail in
            let ids = try await fillTexts(trail, requests: [100, 200, 300, nil, 50])
            let reader = trail.reader()
            defer { reader.close() }
            let both = TrailInclude(request: true, response: true)
            let all = try await reader.texts(of: ids, both, maximumBytes: 10_000)
            #expect(all.map { $0.request?.utf8.count } == [100, 200, 300, nil, 50])
            #expect(all.map(\.response) == ["answer 0", "answer 1", "answer 2", "answer 3", nil])
            #expect(try await reader.texts(of: ids.reversed(), both, maximumBytes: 10_000) == all.reversed())
            #expect(try await reader.texts(of: ids, both, maximumBytes: 316).count == 2)
            #expect(try await reader.texts(of: ids, both, maximumBytes: 315).count == 1)
            #expect(try await reader.texts(of: ids, both, maximumBytes: 1).count == 1)
            let one = try await reader.texts(of: ids, TrailInclude(request: true), maximumBytes: 600)
            #expect(
                one.map { $0.request?.utf8.count } == [100, 200, 300, nil] && one.allSatisfy { $0.response == nil })
            #expect(try await reader.texts(of: [callID(5)], both, maximumBytes: 9) == [CallTexts()])
            #expect(try await reader.texts(of: [CallID](), both, maximumBytes: 9).isEmpty)
            #expect(try await reader.texts(of: ids, TrailInclude(), maximumBytes: 0).count == 5)
        }
    }

    @Test("A page with very much text ends early, and its cursors lead over all calls, forth and back")
    func shortPages() async throws {
        try await withTrail { trail in
            let ids = try await fillTexts(trail, requests: [100, 100, 900, 100, 100, 100, 100])
            let reader = trail.reader()
            defer { reader.close() }
            for order in TrailQuery.Order.allCases {
                var filter = TrailQuery()
                filter.order = order
                filter.limit = 5
                var pages: [[CallID]] = []
                var last: TrailPage?
                repeat {
                    filter.cursor = last?.next
                    let (page, records) = try await reader.records(
                        filter, TrailInclude(request: true), maximumTextBytes: 250)
                    #expect(records.map(\.row.id) == page.rows.map(\.id) && page.limit == 5)
                    #expect(records.allSatisfy { $0.texts.request != nil })
                    pages.append(page.rows.map(\.id))
                    last = page
                } while last?.next != nil && pages.count < 10
                let expected = order == .newest ? ids.reversed() : ids
                #expect(pages.flatMap { $0 } == expected)
                #expect(pages.count > 3)
                var back = pages.last ?? []
                while let previous = last?.previous, back.count < 20 {
                    filter.cursor = previous
                    let page = try await reader.records(filter, TrailInclude(request: true), maximumTextBytes: 250).page
                    back = page.rows.map(\.id) + back
                    last = page
                }
                #expect(back == expected)
            }
        }
    }

    /// Ended calls with requests of given lengths, and answers but for the last.
    private func fillTexts(_ trail: Trail, requests: [Int?]) async throws -> [CallID] {
        let now = try await trail.now()
        let calls = requests.indices.map { index in
            var call = KnownCall(callID(now - 10_000 + Int64(index)))
            call.rows = .ended
            return call
        }
        try await trail.database.withConnection(trail.loop) { connection in
            for (index, call) in calls.enumerated() {
                try await call.insert(on: connection)
                let text = requests[index].map { String(repeating: "x", count: $0) }
                _ = try await connection.query(
                    "UPDATE audit.intents SET request = $2 WHERE id = $1::uuid",
                    [.text(call.id.text), text.map { .text($0) } ?? .null])
                guard index < calls.count - 1 else { continue }
                _ = try await connection.query(
                    "INSERT INTO audit.responses (id, at, response) VALUES ($1, $2, $3)",
                    [
                        .text(call.id.text), .text(KnownCall.instant(call.id.epochMilliseconds)),
                        .text("answer \(index)"),
                    ])
            }
        }
        return calls.map(\.id)
    }

    @Test("NDJSON has a line a call with its notes and texts, as the list has it; an empty one is empty")
    func ndjsonHasLineCall() async throws {
        try await withTrail { trail in
            let ids = try await fillTexts(trail, requests: [3, 3, 3])
            let reader = trail.reader()
            defer { reader.close() }
            _ = try await reader.add("asked TOP", settling: .done, to: ids[1], by: "anna")
            let include = TrailInclude(request: true, response: true)
            let text = try await export(reader, TrailQuery(), .ndjson, include)
            let records = try await reader.records(TrailQuery(), include).records
            let lines = records.map { record in
                var json = JSONWriter()
                record.write(to: &json)
                return String(decoding: json.bytes, as: UTF8.self) + "\n"
            }
            #expect(lines.count == 3 && text == lines.joined())
            #expect(text.contains(#""settled":"done","notes":[{"#) && text.contains(#""request":"xxx""#))
            var nothing = TrailQuery()
            nothing.app = "none"
            #expect(try await export(reader, nothing, .ndjson, include) == "")
            nothing.toMilliseconds = 0
            #expect(try await export(reader, nothing, .csv, TrailInclude()).hasPrefix("\u{FEFF}id,at,method,"))
            #expect(
                try await export(reader, nothing, .csv, TrailInclude()).hasSuffix(
                    ",settled,notes,trace_id,judged,erased_at,repeat_of\r\n"))
        }
    }

    private func export(
        _ reader: TrailReader, _ filter: TrailQuery, _ format: TrailExport.Format, _ include: TrailInclude
    ) async throws -> String {
        var export = TrailExport(try await reader.scan(filter), as: format, include: include)
        var bytes: [UInt8] = []
        while let piece = try await export.next(from: reader) { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }
}
