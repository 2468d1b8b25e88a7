import JSON
import TestSupport
import Testing

@Suite("People's notes on calls, over HTTP", .bounded)
struct NoteTests {
    private static let absent = "01890a5d-ac96-774b-bcce-b302099a8057"

    private func add(
        _ body: String, to id: String?, token: String? = nil, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        let stage = try await Stage.shared
        return try await stage.relay.post(
            "/v1/audit/calls/\(id ?? "")/notes", body, token: token ?? stage.tokens.auditor, headers: headers)
    }

    private func call(_ id: String?) async throws -> JSONValue {
        let stage = try await Stage.shared
        let answer = try await stage.relay.get("/v1/audit/calls/\(id ?? "")", token: stage.tokens.auditor)
        try #require(answer.status == 200, "\(answer)")
        return answer.json
    }

    @Test("Notes are added by several people, never changed; the last word settles; list and detail show them")
    func notesAreAddedBySeveral() async throws {
        let stage = try await Stage.shared
        let example = Example.cards()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"cut"}"#)
        let unknown = try await stage.call(example, headers: [("Top-Ref", example.marker)])
        try #require(unknown.outcome == "unknown", "\(unknown)")
        let before = try await call(unknown.id)
        #expect(before["notes"]?.count == 0 && before["settled"]?.isNull == true)

        let name = "second-auditor-" + example.marker
        let second = try await stage.line.token(name, ["--scope", "audit:note"])
        let first = try await add(#"{"text":"查过店铺: \"没有\" 这张卡 🂡","settles":"not_done"}"#, to: unknown.id)
        #expect(first.status == 201, "\(first)")
        #expect(first.json["author"]?.string == "auditor")
        #expect(first.json["text"]?.string == "查过店铺: \"没有\" 这张卡 🂡")
        #expect(first.json["at"]?.string?.utf8.count == 24)
        try await eventually("the new token is known") {
            try await add(#"{"text":"I asked them.","settles":null}"#, to: unknown.id, token: second).status == 201
        }
        #expect(try await call(unknown.id)["settled"]?.string == "not_done", "a note without a word settles nothing")
        #expect(
            try await add(#"{"text":"It came late.","settles":"done"}"#, to: unknown.id, token: second).status == 201)

        let list = try await stage.relay.get("/v1/audit/calls?ref=\(example.marker)", token: stage.tokens.auditor)
        let listed = try #require(list.json["data"]?.elements.first { _ in true })
        for shown in [try await call(unknown.id), listed] {
            #expect(shown["settled"]?.string == "done")
            #expect(shown["outcome"]?.string == "unknown", "a note changes no row")
            let notes = Array(try #require(shown["notes"]).elements)
            #expect(notes.map { $0["author"]?.string } == ["auditor", name, name])
            #expect(notes.map { $0["settles"]?.string } == ["not_done", nil, "done"])
            let times = notes.compactMap { $0["at"]?.string }
            #expect(times == times.sorted() && times.count == 3)
        }
        #expect(try await stage.query("SELECT id FROM audit.calls WHERE id = '\(unknown.id ?? "")'").count == 1)
    }

    @Test("A call that is still open takes notes, which stay when it has ended")
    func openCall() async throws {
        let stage = try await Stage.make()
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        let id = try await eventually("the call is open") {
            let page = try await stage.relay.get("/v1/audit/calls?outcome=open", token: stage.tokens.auditor)
            return page.json["data"]?.elements.first { _ in true }?["id"]?.string
        }
        let path = "/v1/audit/calls/\(id)"
        let note = try await stage.relay.post(path + "/notes", #"{"text":"It hangs."}"#, token: stage.tokens.auditor)
        #expect(note.status == 201)
        try await stage.gateway.release()
        #expect(try await waiting.id == id)
        let ended = try await stage.relay.get(path, token: stage.tokens.auditor)
        #expect(ended.json["outcome"]?.string == "success")
        #expect(ended.json["notes"]?.elements.first { _ in true }?["text"]?.string == "It hangs.")
        await stage.stop()
    }

    @Test(
        "A body that is no note is refused",
        arguments: [
            ("", 400), ("text=1", 400), ("{", 400), (#"{"text":"a","text":"b"}"#, 400), ("[]", 422), ("{}", 422),
            ("null", 422),
            (#"{"text":null}"#, 422), (#"{"text":1}"#, 422), (#"{"text":""}"#, 422), (#"{"text":" \t\u3000\n"}"#, 422),
            (#"{"text":"\u0000"}"#, 422), (#"{"text":"a","settles":"maybe"}"#, 422),
            (#"{"text":"a","settles":true}"#, 422),
            (#"{"text":"a","settles":""}"#, 422), (#"{"text":"a","author":"boss"}"#, 422),
            (#"{"settles":"done"}"#, 422),
            (#"{"text":""# + String(repeating: "字", count: 2001) + #""}"#, 422),
        ])
    func badBody(_ body: String, _ status: Int) async throws {
        let stage = try await Stage.shared
        let answer = try await stage.call(.rental())
        let refused = try await add(body, to: answer.id)
        #expect(refused.status == status, "\(refused)")
        #expect(refused.problem == (status == 400 ? "malformed-request" : "invalid-parameters"))
        #expect(try await call(answer.id)["notes"]?.count == 0)
    }

    @Test("The longest note, and as many as a call takes")
    func longestNote() async throws {
        let stage = try await Stage.shared
        let answer = try await stage.call(.rental())
        let longest = String(repeating: "字", count: 2000)
        #expect(try await add(#"{"text":"\#(longest)"}"#, to: answer.id).status == 201)
        for _ in 1..<100 { #expect(try await add(#"{"text":"n"}"#, to: answer.id).status == 201) }
        let beyond = try await add(#"{"text":"one more"}"#, to: answer.id)
        #expect(beyond.problem == "invalid-parameters" && beyond.text.contains("100"))
        let notes = try #require(try await call(answer.id)["notes"])
        #expect(notes.count == 100 && notes.elements.first { _ in true }?["text"]?.string == longest)
    }

    @Test("The scope audit:note is needed: audit:read only reads, and audit:note reads nothing")
    func readAndNoteScopes() async throws {
        let stage = try await Stage.shared
        let id = try await stage.call(.rental()).id
        let marker = Example.newMarker()
        let reader = try await stage.line.token("reader-" + marker, ["--scope", "audit:read"])
        let writer = try await stage.line.token("writer-" + marker, ["--scope", "audit:note"])
        let path = "/v1/audit/calls/\(id ?? "")"
        try await eventually("the new tokens are known") {
            try await stage.relay.get(path, token: reader).status == 200
        }
        let refused = try await add(#"{"text":"a"}"#, to: id, token: reader)
        #expect(refused.problem == "forbidden" && refused.text.contains("audit:note"))
        try await eventually("the new token is known") {
            try await add(#"{"text":"a"}"#, to: id, token: writer).status == 201
        }
        #expect(try await stage.relay.get(path, token: writer).problem == "forbidden")
        #expect(try await call(id)["notes"]?.count == 1)
    }

    @Test("No such call, no such scope, another verb, a query, another content type")
    func noSuchCall() async throws {
        let stage = try await Stage.shared
        let id = try await stage.call(.rental()).id
        let note = #"{"text":"a"}"#
        for unknown in [Self.absent, "x", "01890a5d-ac96-474b-bcce-b302099a8057"] {
            #expect(try await add(note, to: unknown).problem == "not-found")
        }
        #expect(try await add(note, to: id, token: stage.tokens.caller).problem == "forbidden")
        #expect(try await add(note, to: id, token: "trk_nobody").problem == "unauthenticated")
        #expect(try await add(note, to: id, headers: [("X-Request-Id", "with blank")]).problem == "malformed-request")
        let path = "/v1/audit/calls/\(id ?? "")/notes"
        let auditor = stage.tokens.auditor
        #expect(try await stage.relay.post(path + "?a=1", note, token: auditor).problem == "malformed-request")
        let reading = try await stage.relay.get(path, token: auditor)
        #expect(reading.problem == "method-not-allowed" && reading["Allow"] == "POST")
        var form = HTTPRequest(method: "POST", path: path, body: Array(note.utf8))
        form.headers = [("Authorization", "Bearer \(auditor)"), ("Content-Type", "text/plain")]
        #expect(try await stage.relay.send(form).problem == "unsupported-media-type")
        #expect(try await call(id)["notes"]?.count == 0)
    }
}
