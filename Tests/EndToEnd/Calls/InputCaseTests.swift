import Foundation
import JSON
import TestSupport
import Testing

/// Inputs that callers of this field really send.
@Suite("Inputs from the field", .bounded)
struct InputCaseTests {
    private static let boxes = "demo.box.list"
    private static let picture = "demo.picture.add"

    private static let files = [
        boxes: """
        method: \(boxes)
        session: none
        request:
          - {name: box_ids, type: 'Number []', required: true, example: '11,22'}
          - {name: mark, type: String, required: true}
          - {name: since, type: Date, required: false}
          - name: rows
            type: Row []
            required: false
            children: [{name: id, type: Number, required: true}]
        response:
          - name: items
            type: Item []
            children: [{name: id, type: Number}]
        """,
        picture: """
        method: \(picture)
        session: none
        request:
          - {name: picture_category_id, type: Number, required: true}
          - {name: img, type: 'byte[]', required: true}
          - {name: mark, type: String, required: true}
          - {name: is_https, type: Boolean, required: false}
        response: [{name: done, type: Boolean}]
        """,
    ]

    private static let starting = Task {
        let folder = try Watchdog.shared.makeFolder("inputs")
        for (method, page) in files {
            try page.write(toFile: "\(folder)/\(method).yaml", atomically: true, encoding: .utf8)
        }
        try "method: \(boxes)\nreads: true\ntimeout: 1\n"
            .write(toFile: "\(folder)/\(boxes).overlay.yaml", atomically: true, encoding: .utf8)
        return try await Stage.shared.startRelay(["TOPRELAY_CATALOG": folder])
    }

    private func post(
        _ body: String, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        try await Self.starting.value.post(
            "/v1/top/\(Self.boxes)", body, token: Stage.shared.tokens.caller, headers: [("Top-App", "main")] + headers)
    }

    @Test("I1: a time as JavaScript writes it, with a fraction of zeros")
    func zeroFraction() async throws {
        let marker = Example.newMarker()
        let answer = try await post(#"{"box_ids":[1],"mark":"\#(marker)","since":"2026-01-02T03:04:05.000Z"}"#)
        #expect(answer.status == 200, "\(answer)")
        let call = try #require(try await Stage.shared.gateway.calls(with: marker).first)
        #expect(call.business["since"] == "2026-01-02 11:04:05")
        let refused = try await post(#"{"box_ids":[1],"mark":"x","since":"2026-01-02T03:04:05.001Z"}"#)
        #expect(refused.status == 422 && refused.text.contains("without a fraction of a second"), "\(refused)")
    }

    @Test("I2: a list of numbers as one text with commas")
    func commaList() async throws {
        let marker = Example.newMarker()
        let answer = try await post(#"{"box_ids":"11,22","mark":"\#(marker)"}"#)
        #expect(answer.status == 200, "\(answer)")
        let call = try #require(try await Stage.shared.gateway.calls(with: marker).first)
        #expect(call.business["box_ids"] == "11,22")
    }

    @Test("A single object in place of a list is refused with the way out")
    func singleObject() async throws {
        let refused = try await post(#"{"box_ids":[1],"mark":"x","rows":{"id":1}}"#)
        let fault = refused.json["errors"]?.elements.first { _ in true }
        #expect(fault?["pointer"]?.string == "/rows" && fault?["code"]?.string == "type", "\(refused)")
        #expect(fault?["detail"]?.string?.contains("wrap the single object in a list") == true)
    }

    @Test("I3: scalars as parts of a form of their own, beside a file")
    func scalarParts() async throws {
        let relay = try await Self.starting.value
        let folder = try Watchdog.shared.makeFolder("parts")
        try Data([1, 2, 3]).write(to: URL(filePath: folder + "/a.png"))
        let token = try await Stage.shared.tokens.caller
        func curl(_ arguments: [String]) async throws -> JSONValue {
            let text = try await Command.succeed(
                [
                    "curl", "-sS", "--noproxy", "*", "--max-time", "30", "-H", "Authorization: Bearer \(token)", "-H",
                    "Top-App: main", "http://127.0.0.1:\(relay.port)/v1/top/\(Self.picture)",
                ] + arguments)
            return try JSONDocument(Array(text.utf8)).root
        }
        let marker = Example.newMarker()
        let parts = ["-F", "picture_category_id=0", "-F", "img=@\(folder)/a.png"]
        let done = try await curl(parts + ["-F", "mark=\(marker)", "-F", "isHttps=true"])
        #expect(done["outcome"]?.string == "success", "\(done)")
        let call = try #require(try await Stage.shared.gateway.calls(with: marker).first)
        #expect(call.business == ["picture_category_id": "0", "mark": marker, "is_https": "true"])
        #expect(call.isSignRight && call.files.count == 1)

        let mixed = try await curl(parts + ["--form-string", #"json={"mark":"\#(marker)-2"}"#])
        #expect(mixed["outcome"]?.string == "success", "\(mixed)")
        for (arguments, pointer, code) in [
            (["-F", "mark=a", "-F", "mark=b"], "/mark", "duplicate"),
            (["-F", "mark=a", "--form-string", #"json={"mark":"b"}"#], "/mark", "duplicate"),
            (["-F", "mark=a", "-F", "is_https=yes"], "/is_https", "type"),
            (["-F", "mark=a", "-F", "other=x"], "/other", "unknown"),
            (["-F", "mark=a", "-F", "session=x"], "/session", "unknown"),
        ] {
            let refused = try await curl(parts + arguments)
            let faults = refused["errors"]?.elements.map {
                "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")"
            }
            #expect(faults == ["\(pointer) \(code)"], "\(arguments) \(refused)")
        }
        try Data([0x61, 0xFF]).write(to: URL(filePath: folder + "/bad"))
        let invalid = try await curl(parts + ["-F", "mark=<\(folder)/bad"])
        #expect(invalid["type"]?.string == "/problems/malformed-request", "\(invalid)")
    }

    @Test(
        "O10: a documented list that is empty in any spelling is []",
        arguments: [#"{"items":""}"#, #"{"items":null}"#, #"{"items":{}}"#, #"{"items":{"item":""}}"#, "{}"])
    func emptyList(result: String) async throws {
        let marker = Example.newMarker()
        let body = #"{\"demo_box_list_response\":"# + result.replacing("\"", with: "\\\"") + "}"
        try await Stage.shared.gateway.order(#"{"contains":"\#(marker)","kind":"custom","body":"\#(body)"}"#)
        let answer = try await post(#"{"box_ids":[1],"mark":"\#(marker)"}"#)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.text.contains(#""result":{"items":[]}"#), "\(answer)")
    }

    @Test("The limit of the entry ends a call, and Top-Timeout cannot lengthen it")
    func timeoutOfEntry() async throws {
        let marker = Example.newMarker()
        try await Stage.shared.gateway.order(#"{"contains":"\#(marker)","kind":"hang"}"#)
        let answer = try await post(#"{"box_ids":[1],"mark":"\#(marker)"}"#, headers: [("Top-Timeout", "300")])
        #expect(answer.problem == "outcome-unknown" && answer.json["retryable"]?.bool == true, "\(answer)")
        let row = try await Stage.shared.query(
            "SELECT extract(epoch FROM deadline - at) AS s FROM audit.intents WHERE id = '\(answer.id ?? "")'"
        ).first
        #expect(row?["s"]?.lexeme.flatMap(Double.init) == 1, "\(String(describing: row))")
    }

    @Test("Top-Timeout ends a call")
    func timeoutOfCaller() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"hang"}"#)
        let answer = try await stage.call(example, headers: [("Top-Timeout", "1")])
        #expect(answer.problem == "outcome-unknown", "\(answer)")
        let row = try await stage.query(
            "SELECT extract(epoch FROM deadline - at) AS s FROM audit.intents WHERE id = '\(answer.id ?? "")'"
        ).first
        #expect(row?["s"]?.lexeme.flatMap(Double.init) == 1, "\(String(describing: row))")
    }

    @Test(
        "A Top-Timeout that is not a whole number from 1 to 300 is refused",
        arguments: ["", "0", "301", "1.5", "-1", "+5", "1s", "0001", "１"])
    func badTimeout(value: String) async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let answer = try await stage.call(
            example, headers: [("Top-Timeout", value), ("X-Request-Id", example.marker)])
        #expect(answer.problem == "malformed-request" && answer.text.contains("Top-Timeout"), "\(answer)")
        #expect(try await stage.traces(of: example.marker) == 0)
    }

    @Test("A repeated Top-Timeout is refused")
    func repeatedTimeout() async throws {
        let answer = try await Stage.shared.call(
            .carProfile(), headers: [("Top-Timeout", "5"), ("Top-Timeout", "5")])
        #expect(answer.problem == "malformed-request", "\(answer)")
    }
}
