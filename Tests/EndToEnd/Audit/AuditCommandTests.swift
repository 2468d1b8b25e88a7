import Foundation
import JSON
import TestSupport
import Testing

@Suite("The trail at a terminal", .bounded)
struct AuditCommandTests {
    private func ids(_ text: String) throws -> [String] {
        try text.split(separator: "\n").compactMap { try JSONDocument(Array($0.utf8)).root["id"]?.string }
    }

    @Test("List takes every filter of the API, and pages with its cursors; export takes the same")
    func listTakesEveryFilter() async throws {
        let stage = try await Stage.make()
        defer { Task { await stage.stop() } }
        var answers: [HTTPAnswer] = []
        for index in 0..<6 {
            let example = index % 2 == 0 ? Example.rental() : Example.carProfile()
            answers.append(
                try await stage.call(
                    example, app: index == 5 ? "by-md5" : nil,
                    headers: [("Top-Ref", "REF-\(index % 3)"), ("X-Request-Id", "mine-\(index)")]))
        }
        let from = try #require(
            try await stage.relay.get("/v1/audit/calls/\(answers[2].id ?? "")", token: stage.tokens.auditor)
                .json["at"]?.string)
        let sibling = try #require(answers[1].id)
        _ = try await stage.relay.post(
            "/v1/audit/calls/\(sibling)/notes", #"{"text":"x","settles":"done"}"#, token: stage.tokens.auditor)
        let topID = answers[3].json["top_request_id"]?.string ?? ""
        for (options, query) in [
            ([], ""), (["--method", "alitrip.*"], "method=alitrip.*"), (["--app", "by-md5"], "app=by-md5"),
            (["--caller", "caller"], "caller=caller"), (["--seller", "shop"], "seller=shop"),
            (["--outcome", "success"], "outcome=success"), (["--status", "200"], "status=200"),
            (["--code", "40"], "code=40"), (["--sub-code", "x"], "sub_code=x"), (["--ref", "REF-1"], "ref=REF-1"),
            (["--client-request-id", "mine-4"], "client_request_id=mine-4"),
            (["--top-request-id", topID], "top_request_id=\(topID)"),
            (["--min-duration-ms", "60000"], "min_duration_ms=60000"), (["--from", from], "from=\(from)"),
            (["--to", from], "to=\(from)"), (["--settled", "done"], "settled=done"),
            (["--settled", "none"], "settled=none"), (["--sibling-of", sibling], "sibling_of=\(sibling)"),
            (["--key", "phone:1"], "key=phone:1"),
        ] {
            for order in ["newest", "oldest"] {
                let page = try await stage.relay.get(
                    "/v1/audit/calls?limit=1000&order=\(order)&" + query, token: stage.tokens.auditor)
                let expected = page.json["data"]?.elements.compactMap { $0["id"]?.string } ?? []
                let listed = try await stage.line.succeed(["audit", "list", "--json", "--order", order] + options)
                #expect(try ids(listed) == expected, "\(options)")
                let exported = try await stage.line.succeed(["audit", "export", "--order", order] + options)
                #expect(try ids(exported) == expected, "\(options)")
            }
        }
        let first = try await stage.line.run(["audit", "list", "--json", "--limit", "4", "--include", "request"])
        #expect(try ids(first.text).count == 4 && first.text.contains("\"request\":\"{"))
        let cursor = try #require(first.errors.split(separator: " ").last.map { $0.trimmingCharacters(in: .newlines) })
        let second = try await stage.line.run(["audit", "list", "--json", "--limit", "4", "--cursor", cursor])
        #expect(try ids(first.text) + ids(second.text) == answers.reversed().compactMap(\.id))
        #expect(second.errors.isEmpty)
        #expect(try ids(try await stage.line.succeed(["audit", "export", "--limit", "2"])).count == 2)
    }

    @Test(
        "What cannot be done is refused with 2, and says what",
        arguments: [
            (["list", "--cursor", "x"], "cursor"), (["list", "--ref", ""], "--ref"),
            (["stats", "--seller", ""], "--seller"), (["list", "--include", "request"], "--json"),
            (["list", "--json", "--include", "all"], "include"), (["export", "--format", "xml"], "format"),
            (["export", "--limit", "0"], "limit"), (["export", "--order", "best"], "order"),
            (["tail", "--outcome", "open"], "open"), (["list", "--settled", "perhaps"], "settled"),
            (["export", "--sibling-of", "x"], "sibling-of"),
        ])
    func whatCannotBeDone(_ arguments: [String], _ word: String) async throws {
        let output = try await Stage.shared.line.run(["audit"] + arguments)
        #expect(output.code == 2 && output.errors.contains(word), "\(output)")
    }

    @Test("Show tells the timeline and the notes, as JSON too")
    func showTellsTimelineAndNotes() async throws {
        let stage = try await Stage.shared
        let answer = try await stage.call(Example.carProfile())
        let id = try #require(answer.id)
        _ = try await stage.relay.post(
            "/v1/audit/calls/\(id)/notes", #"{"text":"looked at it","settles":"done"}"#, token: stage.tokens.auditor)
        _ = try await stage.line.succeed(["audit", "unmask", id, "--reason", "rang\n\u{1B}[2Kx\u{202E}"])
        let text = try await stage.line.succeed(["audit", "show", id])
        for words in [
            "settled       done", "auditor [done]: looked at it", ": rang\\n\\u001B[2Kx\\u202E\n", "opened        20",
            "on record     waited ", "ended         20",
        ] {
            #expect(text.contains(words), "\(text)")
        }
        let json = try JSONDocument(Array(try await stage.line.succeed(["audit", "show", id, "--json"]).utf8)).root
        #expect(json["settled"]?.string == "done")
        #expect(json["openings"]?.elements.first { _ in true }?["reason"]?.string == "rang\n\u{1B}[2Kx\u{202E}")
        #expect(json["notes"]?.elements.first { _ in true }?["text"]?.string == "looked at it")
        let timeline = try #require(json["timeline"])
        #expect(timeline["replica"]?.string?.isEmpty == false && timeline["reconciled"]?.bool == false)
        #expect(timeline["finished_at"]?.string?.hasSuffix("Z") == true && timeline["deadline"]?.string != nil)
        for name in ["intent_ms", "top_ms", "duration_ms"] {
            #expect((timeline[name]?.lexeme.flatMap { Double($0) } ?? 0) > 0, "\(name)")
        }
    }

    @Test("Show tells of a call that is open")
    func showTellsOfCall() async throws {
        let stage = try await Stage.make()
        defer { Task { await stage.stop() } }
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        let id = try await eventually("it is open") {
            try await stage.query("SELECT id FROM audit.intents").first?["id"]?.string
        }
        let text = try await stage.line.succeed(["audit", "show", id])
        #expect(text.contains("outcome       open\n") && text.contains("ended         open; given up after 20"))
        try await stage.gateway.release()
        #expect(try await waiting.status == 200)
    }

    @Test("Tail prints each call once when it has ended, filters, and ends with 0 on Ctrl-C")
    func tailPrintsEachCall() async throws {
        let stage = try await Stage.make()
        defer { Task { await stage.stop() } }
        _ = try await stage.call(Example.rental())
        let folder = try Watchdog.shared.makeFolder("tail")
        let all = try follow(stage, folder + "/all", ["--json"])
        let some = try follow(stage, folder + "/some", ["--method", "tmall.*"])
        try await eventually("it follows") { Command.read(folder + "/some.err").contains("Ctrl-C") }
        // The other one says nothing of itself: it follows once it prints.
        var expected: Set<String> = []
        try await eventually("the first call is printed") {
            expected.insert(try await stage.call(Example.rental()).id ?? "")
            try await Task.sleep(for: .milliseconds(300))
            return !Command.read(folder + "/all").isEmpty
        }
        let late = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(late.marker)"}"#)
        async let waiting = stage.call(late)
        let profile = try #require(try await stage.call(Example.carProfile()).id)
        try await eventually("a later call is printed before the one that hangs") {
            Command.read(folder + "/some").contains(profile) && Command.read(folder + "/all").contains(profile)
        }
        try await stage.gateway.release()
        let lateID = try #require(try await waiting.id)
        try await eventually("and then that one") {
            Command.read(folder + "/some").contains(lateID) && Command.read(folder + "/all").contains(lateID)
        }
        for child in [all, some] { child.signal(SIGINT) }
        for child in [all, some] { #expect(try await child.wait() == .exited(0)) }
        let printed = try ids(Command.read(folder + "/all"))
        #expect(Set(printed).count == printed.count)
        #expect(
            Set(printed).isSubset(of: expected.union([profile, lateID])) && printed.suffix(2) == [profile, lateID])
        let lines = Command.read(folder + "/some").split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("  tmall.aliauto.carprofile.sync  success  200  ") })
    }

    private func follow(_ stage: Stage, _ file: String, _ options: [String]) throws -> Child {
        try Child(
            [Repository.binary, "audit", "tail"] + options,
            environment: ["DATABASE_URL": stage.cluster.url(stage.database)], output: file, errors: file + ".err")
    }
}
