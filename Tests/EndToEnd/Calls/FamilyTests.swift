import Foundation
import JSON
import TestSupport
import Testing

@Suite("Apps, pages and errors of other families", .bounded)
struct FamilyTests {
    private static let pages = [
        "demo.note.send.yaml": """
        method: demo.note.send
        session: none
        request:
          - {name: text, type: String, required: true}
          - {name: scene, type: String, required: true}
        response_root: demo_note_send_response
        response:
          - name: result
            type: Result
            children:
              - {name: note_id, type: Number, example: '7'}

        """,
        "demo.goods.send.yaml": """
        method: demo.goods.send
        session: none
        request:
          - {name: text, type: String, required: true}
          - {name: scene, type: String, required: true}
        response_root: demo_goods_send_response
        response:
          - {name: ok, type: Boolean, example: 'true'}

        """,
        "demo.goods.send.overlay.yaml": """
        method: demo.goods.send
        outcome: {success: [{field: ok, is: 'true'}]}
        errors:
          isv.goods-service-error:P03: session_invalid
          isv.goods-service-error: {retry_later: 300}
          isp.goods-away: business_failure

        """,
    ]

    private struct Place {
        let stage: Stage
        let relay: RelayProcess
        /// It ends with its last reference.
        let sandbox: SandboxProcess
    }

    private func place() async throws -> Place {
        let folder = try Watchdog.shared.makeFolder("families")
        for (name, text) in Self.pages {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        let stage = try await Stage.make(start: false)
        var app = StageApp("qimen", key: "20000077")
        app.options = ["--kind", "qimen-cloud", "--target-app-key", "21000001", "--customer-id", "客户 1"]
        let sandbox = try await SandboxProcess(app: app, catalog: folder)
        app.options += ["--gateway", sandbox.url, "--param", "partner_id=isv-7", "--param", "scene=车主"]
        try await stage.line.put(app)
        let relay = try await stage.startRelay(["TOPRELAY_CATALOG": folder])
        return Place(stage: stage, relay: relay, sandbox: sandbox)
    }

    private func post(
        _ place: Place, _ method: String, _ text: String, app: String = "qimen"
    ) async throws -> HTTPAnswer {
        let body = try String(
            decoding: JSONSerialization.data(withJSONObject: ["text": text]), as: UTF8.self)
        return try await place.relay.post(
            "/v1/top/" + method, body, token: place.stage.tokens.caller, headers: [("Top-App", app)])
    }

    @Test("Calls of the Qimen cloud: its parameters, its answers, and an entry's own errors", .timeLimit(.minutes(3)))
    func qimenCloud() async throws {
        let place = try await place()
        let good = try await post(place, "demo.goods.send", "hello")
        #expect(good.status == 200 && good.outcome == "success" && good.json["judged"] == nil, "\(good)")
        #expect(good.json["result"]?["flag"]?.string == "success")
        // Nothing of this entry tells success.
        let unjudged = try await post(place, "demo.note.send", "hello")
        #expect(unjudged.status == 200 && unjudged.json["judged"]?.bool == false)
        let own = try await place.relay.get("/v1/calls/\(unjudged.id ?? "")", token: place.stage.tokens.caller)
        #expect(own.json["judged"]?.bool == false && own.json["result"]?["result"]?["note_id"]?.lexeme == "7")

        for (text, status, problem) in [
            ("sandbox:code=25", 502, "relay-misconfigured"), ("sandbox:isv=isv.other", 422, "rejected-by-top"),
            ("sandbox:isv=isv.goods-service-error:P03", 424, "session-invalid"),
            ("sandbox:code=15", 422, "rejected-by-top"),
        ] {
            let answer = try await post(place, "demo.goods.send", text)
            #expect(answer.status == status && answer.problem == problem, "\(text) \(answer)")
            let again = try await place.relay.get("/v1/calls/\(answer.id ?? "")", token: place.stage.tokens.caller)
            #expect(
                again.outcome == answer.outcome
                    && again.json["top"]?["code"]?.string == answer.json["top"]?["code"]?.string)
        }
        let later = try await post(place, "demo.goods.send", "sandbox:isv=isv.goods-service-error:P99")
        #expect(later.status == 429 && later["Retry-After"] == "300" && later.outcome == "throttled")
        // No ban follows.
        #expect(try await post(place, "demo.goods.send", "hello").status == 200)
        let business = try await post(place, "demo.goods.send", "sandbox:isp=isp.goods-away")
        #expect(business.status == 200 && business.outcome == "business_failure")
        #expect(business.json["result"]?["sub_code"]?.string == "isp.goods-away")
        await place.stage.stop()
    }

    @Test("A dry run shows the constants of an app, and callers cannot give them", .timeLimit(.minutes(3)))
    func constantsOfApp() async throws {
        let place = try await place()
        let run = try await place.relay.post(
            "/v1/top/demo.note.send", #"{"text":"x"}"#, token: place.stage.tokens.caller,
            headers: [("Top-App", "qimen"), ("Top-Dry-Run", "true")])
        let parameters = run.json["parameters"]
        #expect(parameters?["target_app_key"]?.string == "21000001" && parameters?["customerId"]?.string == "客户 1")
        #expect(parameters?["partner_id"]?.string == "isv-7" && parameters?["scene"]?.string == "车主")
        let refused = try await place.relay.post(
            "/v1/top/demo.note.send", #"{"text":"x","scene":"y"}"#, token: place.stage.tokens.caller,
            headers: [("Top-App", "qimen")])
        #expect(refused.status == 422)
        await place.stage.stop()
    }

    @Test(
        "Apps that make no sense are refused",
        arguments: [
            (["--kind", "qimen-cloud"], "target app key"), (["--target-app-key", "1"], "target app key"),
            (["--kind", "qimen"], "kind"), (["--param", "nothing"], "param"), (["--param", "session=x"], "session"),
            (["--param", "simplify=maybe"], "simplify"), (["--param", "a=1", "--param", "a=2"], "a"),
        ])
    func refusedApps(options: [String], word: String) async throws {
        let stage = try await Stage.shared
        let secret = try Watchdog.shared.makeFolder("secret") + "/secret"
        try "s3cret".write(toFile: secret, atomically: true, encoding: .utf8)
        let result = try await stage.line.run(
            ["app", "put", "odd", "--app-key", "1", "--secret-file", secret] + options)
        #expect(result.code != 0 && result.errors.contains(word), "\(result)")
    }

    @Test("The table of error classes is printed, with a method's own errors first")
    func errorTable() async throws {
        let line = try await Stage.shared.line
        let all = try await line.succeed(["catalog", "errors"])
        #expect(all.contains("sub_code accesscontrol.*") && all.contains("all else, a method that writes"))
        let folder = try Watchdog.shared.makeFolder("errors")
        for (name, text) in Self.pages {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        let own = try await line.run(["catalog", "errors", "demo.goods.send"], settings: ["TOPRELAY_CATALOG": folder])
        #expect(own.code == 0 && own.text.contains("isv.goods-service-error:P03"))
        #expect(own.text.contains("retry_later: 300") && !own.text.contains("a method that reads"))
    }
}
