import Postgres
import TestSupport
import Testing

@testable import Audit

/// What is added beside the rows of calls: notes and refusals.
@Suite struct NotesTests {
    @Test("Notes are kept in their order with who and when, and another call's are not shown")
    func notesAreKeptInTheirOrder() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let (one, two) = (callID(1_700_000_000_000), callID(1_700_000_000_001))
            _ = try await reader.add("先问一下 \"TOP\"", settling: nil, to: one, by: "ann")
            let added = try #require(try await reader.add("It was done.", settling: .done, to: one, by: "bob"))
            let notes = try await reader.notes(of: [one, two])
            #expect(notes[one]?.map(\.author) == ["ann", "bob"] && notes[one]?.last == added && notes[two] == nil)
            #expect(notes[one]?.map(\.settles) == [nil, .done] && notes[one]?.first?.text == "先问一下 \"TOP\"")
            #expect(added.at.hasSuffix("Z") && added.at.utf8.count == 24)
        }
    }

    @Test("A page whose notes somebody holds locked fails within the time of a list, not of any query")
    func lockedNotes() async throws {
        try await withTrail { trail in
            let pool = PostgresPool(loop: trail.loop, settings: trail.database.settings, size: 2)
            let reader = TrailReader(pool: pool, timeout: .seconds(3600), searchTime: .seconds(2))
            defer { reader.close() }
            let now = try await trail.now()
            try await trail.database.withConnection(trail.loop) { connection in
                var call = KnownCall(callID(now - 1000))
                call.rows = .ended
                try await call.insert(on: connection)
                try await connection.execute("BEGIN; LOCK TABLE audit.notes IN ACCESS EXCLUSIVE MODE")
                let error = await #expect(throws: PostgresError.self) {
                    _ = try await reader.records(TrailQuery(), TrailInclude())
                }
                if case .timeout? = error?.kind {} else { Issue.record("\(String(describing: error))") }
                try await connection.execute("ROLLBACK")
                #expect(try await reader.records(TrailQuery(), TrailInclude()).records.count == 1)
            }
        }
    }

    @Test("Refusals come back as they went, newest first, by every filter; a NUL in a pointer does not lose them")
    func refusalsComeBackAsTheyWent() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            var sent: [RejectedRequest] = []
            let start = try await trail.now() - 60_000
            for number in 0..<6 {
                var refusal = RejectedRequest(
                    atMilliseconds: start + Int64(number), caller: number == 0 ? nil : "c\(number % 2)",
                    method: "m.\(number % 3)",
                    status: number == 0 ? 401 : 422, type: number == 0 ? "unauthenticated" : "invalid-parameters",
                    pointers: ["/list/\(number)", "/a~1b\0"])
                refusal.refs = ["R\(number)", "同"]
                refusal.clientRequestID = number == 3 ? "x" : nil
                sent.append(refusal)
            }
            try await reader.add(sent)
            let all = try await reader.refusals(RejectedRequestQuery())
            #expect(all.map(\.at) == sent.reversed().map(\.at) && all.map(\.refs) == sent.reversed().map(\.refs))
            #expect(all[0].pointers == ["/list/5", "/a~1b"] && all[2].clientRequestID == "x")
            func found(_ change: (inout RejectedRequestQuery) -> Void) async throws -> [String] {
                var filter = RejectedRequestQuery()
                change(&filter)
                return try await reader.refusals(filter).compactMap { $0.refs.first }
            }
            #expect(try await found { $0.ref = "R4" } == ["R4"])
            #expect(try await found { $0.caller = "c1" } == ["R5", "R3", "R1"])
            #expect(try await found { $0.method = "m.0" } == ["R3", "R0"])
            #expect(try await found { $0.type = "unauthenticated" } == ["R0"])
            #expect(
                try await found { ($0.fromMilliseconds, $0.toMilliseconds) = (start + 1, start + 3) }
                    == ["R2", "R1"])
            try await reader.add([
                RejectedRequest(
                    atMilliseconds: start - 7 * 86_400_000, caller: nil, method: "old", status: 401, type: "t",
                    pointers: [])
            ])
            #expect(try await found { $0.method = "old" }.isEmpty, "kept for seven days")
            // One more than the page, to know of a next one.
            #expect(try await found { ($0.before, $0.limit) = (all[1].id, 2) } == ["R3", "R2", "R1"])
        }
    }

    @Test("A rejected request is found by every id that its caller may hold, and tells what its caller was told")
    func everyIDOfRefusal() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            let now = try await trail.now()
            var sent: [RejectedRequest] = []
            for number in 0..<3 {
                var refusal = RejectedRequest(
                    atMilliseconds: now - 1000 + Int64(number), caller: "shop", method: "m", status: 422,
                    type: "invalid-parameters", pointers: ["/a"])
                (refusal.app, refusal.seller) = ("app\(number)", number == 0 ? nil : "店铺 \(number)")
                (refusal.detail, refusal.idempotencyID) = ("2 parameters are \"at fault\".", "idem\(number)")
                (refusal.clientRequestID, refusal.traceID) = ("client\(number)", "trace\(number)")
                refusal.relayRequestID = callID(now + Int64(number)).text
                refusal.errors = [.init(pointer: "/a\0", code: "type", detail: "要数字"), .init(pointer: "", detail: "b")]
                sent.append(refusal)
            }
            try await reader.add(sent)
            func found(_ change: (inout RejectedRequestQuery) -> Void) async throws -> [String?] {
                var filter = RejectedRequestQuery()
                change(&filter)
                return try await reader.refusals(filter).map(\.app)
            }
            #expect(try await found { $0.app = "app1" } == ["app1"])
            #expect(try await found { $0.seller = "店铺 2" } == ["app2"])
            #expect(try await found { $0.clientRequestID = "client1" } == ["app1"])
            #expect(try await found { $0.traceID = "trace0" } == ["app0"])
            #expect(try await found { $0.requestID = "idem2" } == ["app2"])
            #expect(try await found { $0.requestID = sent[1].relayRequestID?.uppercased() } == ["app1"])
            #expect(try await found { $0.requestID = "client1" } == [])
            for id in ["client1", "trace1", "idem1", sent[1].relayRequestID] {
                #expect(try await found { $0.anyID = id } == ["app1"], "\(id ?? "")")
            }
            let relayID = try #require(CallID(sent[2].relayRequestID ?? ""))
            let one = try #require(try await reader.refusal(.relayRequestID(relayID), for: .terminal))
            #expect(one.detail == sent[2].detail && one.idempotencyID == "idem2" && one.traceID == "trace2")
            #expect(one.errors == [.init(pointer: "/a", code: "type", detail: "要数字"), .init(pointer: "", detail: "b")])
            let number = try #require(one.id)
            #expect(try await reader.refusal(.number(number), for: .terminal) == one)
            #expect(try await reader.refusal(.number(number + 1000), for: .terminal) == nil)
            #expect(try await reader.refusal(.relayRequestID(callID(now)), for: .terminal) == nil)
        }
    }

    @Test(
        "A path names a rejected request by number or by a UUID of version 7",
        arguments: [
            "", "0", "-1", "+1", "01", "1.0", "x", "9223372036854775808", "6f1b2c3d-0000-4000-8000-000000000000",
        ])
    func malformedReferences(_ text: String) {
        #expect(RejectedRequestReference(text) == nil)
        #expect(RejectedRequestReference("17") == .number(17))
        #expect(
            RejectedRequestReference("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
                == CallID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").map { .relayRequestID($0) })
    }

    @Test(
        "A refusal is kept small, and a long number where a name should be is not shown",
        arguments: [
            ("/list/12/acid", "/list/12/acid"), ("/13800000000", "/*"), ("/a/1234567/b/123456", "/a/*/b/123456"),
            ("/x13800000000y13900000000", "/x*y*"),
        ])
    func refusalIsKeptSmall(_ pointer: String, _ kept: String) {
        var refusal = RejectedRequest(
            atMilliseconds: 0, caller: nil, method: "m", status: 422, type: "t",
            pointers: [pointer, "/" + String(repeating: "名", count: 1000)])
        refusal.seller = String(repeating: "s", count: 5000)
        refusal.detail = String(repeating: "详", count: 1000)
        refusal.errors = Array(repeating: .init(pointer: pointer, detail: refusal.detail ?? ""), count: 9)
        var queue = RejectedRequestQueue()
        queue.add(refusal, now: 1)
        let waiting = queue.waiting[0]
        #expect(waiting.pointers[0] == kept)
        #expect(waiting.pointers[1].utf8.count <= 256 && waiting.seller?.utf8.count == 128)
        #expect(waiting.detail?.utf8.count == 999 && waiting.errors.count == 5)
        #expect(waiting.errors.allSatisfy { $0.pointer == kept && $0.detail == waiting.detail })
    }

    @Test("A flood of refusals leaves a burst, and then a few a second")
    func floodOfRefusalsLeaves() {
        var queue = RejectedRequestQueue()
        let refusal = RejectedRequest(atMilliseconds: 0, caller: nil, method: "m", status: 422, type: "t", pointers: [])
        for _ in 0..<1000 { queue.add(refusal, now: 1) }
        #expect(queue.takeAll().count == RejectedRequestQueue.maximumBurst && queue.waiting.isEmpty)
        for _ in 0..<1000 { queue.add(refusal, now: 1_000_000_001) }
        #expect(queue.takeAll().count == RejectedRequestQueue.perSecond)
    }
}
