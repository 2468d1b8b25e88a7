import Foundation
import JSON
import TestSupport
import Testing

@Suite("An Idempotency-Key holds for every method", .bounded)
struct IdempotencyTests {
    private static func key() -> (name: String, value: String) { ("Idempotency-Key", Example.newMarker()) }

    @Test("A repetition gets the very reply of the first call, makes no row, and is not sent")
    func replayedCall() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        let first = try await stage.call(example, headers: [key])
        #expect(first.status == 200 && first["Idempotency-Replayed"] == nil)
        for _ in 0..<3 {
            let again = try await stage.call(example, headers: [key, ("X-Request-Id", "again")])
            #expect(again.status == 200 && again.body == first.body)
            #expect(again["Content-Type"] == first["Content-Type"])
            #expect(again["Idempotency-Replayed"] == "true" && again["X-Request-Id"] == "again")
        }
        #expect(stage.gateway.calls(with: example.marker).count == 1)
        #expect(try await stage.trail(with: example.marker).count == 1)
    }

    @Test("A key belongs to a token, a method and its parameters")
    func scopeOfKey() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        let first = try await stage.call(example, headers: [key])
        // Another method and another token have keys of their own.
        #expect(try await stage.call(Example.carProfile(), headers: [key])["Idempotency-Replayed"] == nil)
        let other = try await stage.relay.post(
            example.path, example.body, token: stage.tokens.other, headers: [key])
        #expect(other.status == 200 && other.id != first.id)
        // One byte more, or another seller, is another call.
        var changed = example
        changed.body = example.body.replacing("2321321", with: "2321322")
        for answer in [
            try await stage.call(changed, headers: [key]),
            try await stage.call(example, seller: "店铺 二", headers: [key]),
        ] {
            #expect(answer.status == 422 && answer.problem == "idempotency-key-reused")
            #expect(answer.id == first.id && answer.outcome == nil)
            #expect(answer.json["retryable"]?.bool == false)
        }
        // White space and the order of members are not sent, so they do not count.
        var spelt = example
        spelt.body = "  " + example.body
        #expect(try await stage.call(spelt, headers: [key]).body == first.body)
        #expect(stage.gateway.calls(with: example.marker).count == 2)
    }

    @Test("A rejection is repeated, and a refusal before the call is not")
    func repeatedRejection() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        var invalid = example
        invalid.body = #"{"item_id":"x","ref_activity_id":"\#(example.marker)"}"#
        #expect(try await stage.call(invalid, headers: [key]).problem == "invalid-parameters")
        try await stage.gateway.order(
            #"{"contains":"\#(example.marker)","kind":"error","code":15,"sub_code":"isv.item-not-exist","msg":"m"}"#)
        let first = try await stage.call(example, headers: [key])
        #expect(first.status == 422 && first.problem == "rejected-by-top")
        let again = try await stage.call(example, headers: [key])
        #expect(again.status == 422 && again.body == first.body && again["Idempotency-Replayed"] == "true")
        #expect(again["Content-Type"] == "application/problem+json")
        #expect(stage.gateway.calls(with: example.marker).count == 1)
    }

    @Test("A call that did nothing leaves its key to the next")
    func freedKey() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        try await stage.gateway.order(
            #"{"contains":"\#(example.marker)","count":1,"kind":"error","code":10,"msg":"m"}"#)
        #expect(try await stage.call(example, headers: [key]).outcome == "platform_error")
        let next = try await stage.call(example, headers: [key])
        #expect(next.outcome == "success" && next["Idempotency-Replayed"] == nil)
        #expect(try await stage.call(example, headers: [key]).body == next.body)
        #expect(stage.gateway.calls(with: example.marker).count == 2)
    }

    @Test("An unknown outcome holds its key until a note settles it")
    func unknownOutcome() async throws {
        let stage = try await Stage.shared
        for settlement in ["done", "not_done"] {
            let (example, key) = (Example.lease(), Self.key())
            try await stage.gateway.order(#"{"contains":"\#(example.marker)","count":1,"kind":"cut"}"#)
            let first = try await stage.call(example, headers: [key])
            #expect(first.outcome == "unknown")
            let held = try await stage.call(example, headers: [key])
            #expect(held.status == 409 && held.problem == "idempotency-unknown" && held.id == first.id)
            let note = try await stage.relay.post(
                "/v1/audit/calls/\(first.id ?? "")/notes", #"{"text":"looked","settles":"\#(settlement)"}"#,
                token: stage.tokens.auditor)
            #expect(note.status == 201)
            let settled = try await stage.call(example, headers: [key])
            #expect(settled.status == 200)
            if settlement == "done" {
                #expect(settled.id == first.id && settled.json["settled"]?.string == "done")
                #expect(settled.outcome == "unknown" && settled["Idempotency-Replayed"] == "true")
                #expect(stage.gateway.calls(with: example.marker).count == 1)
            } else {
                #expect(settled.outcome == "success" && settled.id != first.id)
                #expect(stage.gateway.calls(with: example.marker).count == 2)
            }
        }
    }

    @Test("A call with a request id may be repeated after an unknown outcome, with the same request id")
    func repeatableCall() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.cards(), Self.key())
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","count":1,"kind":"cut"}"#)
        #expect(try await stage.call(example, headers: [key]).outcome == "unknown")
        #expect(try await stage.call(example, headers: [key]).outcome == "success")
        #expect(stage.gateway.calls(with: example.marker).count == 2)
    }

    @Test("A dry run takes no key")
    func dryRun() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        for _ in 0..<2 {
            #expect(
                try await stage.call(example, headers: [key, ("Top-Dry-Run", "true")]).json["dry_run"]?.bool == true)
        }
        #expect(try await stage.call(example, headers: [key])["Idempotency-Replayed"] == nil)
    }

    @Test("When the stored reply is gone, the trail's own copy answers")
    func lostReply() async throws {
        let stage = try await Stage.shared
        let (example, key) = (Example.lease(), Self.key())
        let first = try await stage.call(example, headers: [key])
        try await stage.cluster.execute(
            "DELETE FROM audit.replies WHERE id = '\(first.id ?? "")'", in: stage.database)
        let again = try await stage.call(example, headers: [key])
        #expect(again.status == 200 && again.id == first.id && again["Idempotency-Replayed"] == "true")
        #expect(again.json["result"] != nil)
        #expect(stage.gateway.calls(with: example.marker).count == 1)
    }

    @Test("The stored reply shows nothing without the master key")
    func sealedReply() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let first = try await stage.call(example, headers: [Self.key()])
        let rows = try await stage.query(
            "SELECT encode(sealed, 'escape') AS sealed FROM audit.replies WHERE id = '\(first.id ?? "")'")
        #expect(rows.count == 1 && rows.first?["sealed"]?.string?.contains(example.marker) == false)
    }

    @Test("Of fifty repetitions on three replicas, with a kill in between, one is sent", .timeLimit(.minutes(5)))
    func parallelRepetitions() async throws {
        let stage = try await Stage.make()
        try await stage.startRelay()
        try await stage.startRelay()
        let replicas = stage.allReplicas
        for round in 0..<4 {
            let (example, key) = (Example.lease(), Self.key())
            try await stage.gateway.order(
                #"{"contains":"\#(example.marker)","kind":"latency","ms":500}"#)
            let token = stage.tokens.caller
            let answers = await withTaskGroup(of: HTTPAnswer?.self) { group in
                for number in 0..<50 {
                    let replica = replicas[number % 3]
                    group.addTask {
                        try? await replica.post(example.path, example.body, token: token, headers: [key])
                    }
                }
                if round == 3 { replicas[2].child.kill() }
                return await group.reduce(into: [HTTPAnswer?]()) { $0.append($1) }
            }
            let sent = stage.gateway.calls(with: example.marker).count
            #expect(sent <= 1)
            for answer in answers.compactMap({ $0 }) {
                let isExpected =
                    answer.status == 200 || answer.problem == "idempotency-in-progress"
                    || round == 3 && answer.status == 503
                #expect(isExpected, "\(answer)")
            }
            let calls = Set(answers.compactMap { $0 }.filter { $0.status == 200 }.map(\.id))
            #expect(calls.count <= 1)
            if round < 3 { #expect(sent == 1 && calls.count == 1) }
            #expect(try await stage.trail(with: example.marker).count <= 1)
        }
        await stage.stop()
    }

    @Test("Replicas share keys, and a key outlives its replica")
    func sharedKeys() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let (example, key) = (Example.lease(), Self.key())
        let first = try await stage.call(example, headers: [key])
        stage.relay.child.kill()
        let again = try await second.post(example.path, example.body, token: stage.tokens.caller, headers: [key])
        #expect(again.body == first.body)
        await stage.stop()
    }
}
