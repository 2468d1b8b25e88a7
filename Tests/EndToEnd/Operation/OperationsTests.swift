import JSON
import TestSupport
import Testing

@Suite("What operators look at", .bounded)
struct OperationsTests {
    @Test("Health, readiness and the description need no token")
    func healthReadinessAndDescription() async throws {
        let stage = try await Stage.shared
        #expect(try await stage.relay.get("/livez").text == "alive\n")
        let ready = try await stage.relay.get("/readyz")
        #expect(ready.json["status"]?.string == "ready")
        #expect(ready.json["checks"]?["database"]?.string == "connected")
        let description = try await stage.relay.get("/openapi.json")
        #expect(description["Content-Type"] == "application/json")
        #expect(description.json["openapi"]?.string?.hasPrefix("3.") == true)
        let paths = description.json["paths"]
        for example in Example.all {
            #expect(paths?[example.path]?["post"] != nil, "\(example.path)")
        }
    }

    @Test("Metrics count calls by method and outcome, refusals by type, and limits")
    func metricsCountCallsByMethod() async throws {
        let stage = try await Stage.make()
        #expect(try await stage.call(.rental()).status == 200)
        let failing = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"cut","contains":"\#(failing.marker)"}"#)
        #expect(try await stage.call(failing).outcome == "unknown")
        #expect(try await stage.relay.post("/v1/crm/card-sales", "{}", token: stage.tokens.caller).status == 422)
        let answer = try await stage.relay.get("/metrics")
        #expect(answer["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        for line in [
            #"toprelay_calls_total{method="\#(Example.rental().method)",outcome="success"} 1"#,
            #"toprelay_calls_total{method="\#(failing.method)",outcome="unknown"} 1"#,
            #"toprelay_refusals_total{type="invalid-parameters"} 1"#,
        ] {
            #expect(answer.text.contains("\n" + line + "\n"), "\(line)")
        }
        for name in ["toprelay_call_seconds", "toprelay_audit_wait_seconds", "process_cpu_seconds_total"] {
            #expect(answer.text.contains("# TYPE \(name) "), "\(name)")
        }
        await stage.stop()
    }

    @Test("Logs are one JSON object a line, and a fault of our own is an error")
    func logsAreOneJSON() async throws {
        let stage = try await Stage.make(["TOPRELAY_LOG_LEVEL": "info"])
        let answer = try await stage.call(.carProfile(), app: "wrong-secret")
        #expect(answer.problem == "relay-misconfigured")
        #expect(try await stage.relay.terminate() == .exited(0))
        let records = try stage.relay.log.split(separator: "\n").map { try JSONDocument(Array($0.utf8)).root }
        #expect(records.count > 2)
        for record in records {
            #expect(record["time"]?.string?.hasSuffix("Z") == true)
            #expect(["info", "notice", "warning", "error"].contains(record["level"]?.string))
            #expect(record["message"]?.string?.isEmpty == false)
        }
        let fault = try #require(records.first { $0["level"]?.string == "error" })
        #expect(fault["code"]?.string == "25")
        #expect(fault.members.contains { $0.value.string == answer.id })
        await stage.stop()
    }
}
