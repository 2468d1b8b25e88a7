import Foundation
import JSON
import TestSupport
import Testing

@Suite("Planted personal data is found nowhere but where it belongs", .bounded)
struct PlantedDataTests {
    private static let page = """
        method: toprelay.test.person.put
        session: none
        request:
          - {name: name, type: String, required: true}
          - {name: phone, type: String, required: true}
          - {name: plate, type: String, required: false}
          - {name: vin, type: String, required: false}
          - {name: identity, type: String, required: false}
          - {name: card, type: String, required: false}
          - {name: address, type: String, required: false}
          - {name: note, type: String, required: false}
          - {name: free, type: Json, required: false}
          - name: profile
            type: Profile
            required: false
            children:
              - {name: level, type: Number, required: false}
              - {name: contact, type: String, required: false}
        response_root: toprelay_test_person_put_response
        response:
          - {name: ok, type: Boolean}
          - {name: message, type: String}
          - {name: owner_name, type: String}
          - {name: owner_phone, type: String}
          - name: cars
            type: 'Car []'
            children:
              - {name: plate, type: String}
              - {name: colour, type: String}
        """
    private static let overlay = """
        method: toprelay.test.person.put
        path: /v1/test/persons
        personal: true
        open: true
        request:
          name: {sensitive: name, key: name}
          phone: {sensitive: phone, key: phone}
          plate: {sensitive: plate, key: plate}
          vin: {sensitive: vin, key: vin}
          identity: {sensitive: identity}
          card: {sensitive: card}
          address: {sensitive: address}
          profile: {open: true}
          profile.contact: {sensitive: phone}
        response:
          owner_name: {sensitive: name}
          owner_phone: {sensitive: phone, key: phone}
          cars.plate: {sensitive: plate, key: plate}
        outcome:
          success:
            - {field: ok, is: 'true'}
          code: message
          message: message
        """

    /// How texts of the request and of errors write the values.
    private static var texts: [String] {
        let own = Planted.own
        let json = #"{"p":{\#(own.members)}}"#
        return [
            own.text, json, Planted.urlEncoded(own.text), "%7B" + Planted.urlEncoded(json),
            Planted.urlEncoded(Planted.urlEncoded(own.text)), Planted.escaped(own.text),
            "手机号+86\(own.phone)，\(own.name)的车\(own.plate)",
            own.phone.prefix(3) + " " + own.phone.dropFirst(3).prefix(4)
                + " " + own.phone.suffix(4),
        ]
    }

    /// TOP's answers: good ones with more than is documented, bad ones, broken ones.
    private static var answers: [String] {
        let (own, foreign) = (Planted.own, Planted.foreign)
        let known = """
            "owner_name":"\(foreign.name)","owner_phone":"+86\(foreign.phone)",\
            "cars":{"car":[{"plate":"\(foreign.plate)","colour":"red","driver":"\(foreign.name)"}],"of":"\(foreign.address)"}
            """
        let unknown = """
            "person":{\(foreign.members),"more":["\(foreign.address)",{"\(foreign.phone)":"\(foreign.vin)"}]},\
            "raw":"{\\"name\\":\\"\(foreign.name)\\"}","esc":"\(Planted.escaped(foreign.text))"
            """
        let root = "toprelay_test_person_put_response"
        var answers = [
            #"{"\#(root)":{"ok":true,\#(known),\#(unknown)},"beside":"\#(foreign.text)"}"#,
            #"{"\#(root)":{"ok":true,"ok":"\#(foreign.text)","message":"\#(own.text)"}}"#,
            #"{"\#(root)":{"ok":false,"message":"\#(own.text)",\#(unknown)}}"#,
            #"{"\#(root)":{"ok":true,\#(known),\#(unknown.dropLast(40))"#,
            #"{"error_response":{"code":50,"msg":"x","hint":"\#(foreign.text)","sub_msg":{"a":"\#(foreign.name)"}}}"#,
            "<html>\(own.text)</html>",
        ]
        for text in texts {
            let json = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            for written in [json, text.hasPrefix("\\u") ? text : json] {
                answers.append(
                    #"{"error_response":{"code":50,"msg":"\#(written)","sub_code":"isv.bad:\#(own.plate)","sub_msg":"\#(written)"}}"#
                )
                answers.append(#"{"\#(root)":{"ok":false,"message":"\#(written)"}}"#)
            }
        }
        return answers
    }

    private func body(_ marker: String, note: String, phone: String) -> String {
        var json = JSONWriter()
        json.string(note)
        let own = Planted.own
        return """
            {"name":"\(own.name)","phone":"\(phone)","plate":"\(own.plate)","vin":"\(own.vin)","identity":"\(own.identity)",\
            "card":"\(own.card)","address":"\(own.address)","note":\(String(decoding: json.bytes, as: UTF8.self)),\
            "profile":{"level":1,"contact":"\(own.phone)","wife":"\(own.name)","home":{"at":["\(own.address)"]}},\
            "free":{"\(own.phone)":"\(own.name)"},"\(own.phone)":"\(own.name)","esc":"\(Planted.escaped(own.text))",\
            "marker":"\(marker)"}
            """
    }

    private func stage() async throws -> Stage {
        let folder = try Watchdog.shared.makeFolder("catalog")
        for (name, text) in [("", Self.page), (".overlay", Self.overlay)] {
            try text.write(
                toFile: folder + "/toprelay.test.person.put\(name).yaml", atomically: false, encoding: .utf8)
        }
        return try await Stage.make(["TOPRELAY_LOG_LEVEL": "trace", "TOPRELAY_CATALOG": folder])
    }

    /// Every row of every table of every schema, as text; bytes as hexadecimal.
    private func everything(_ stage: Stage) async throws -> [(table: String, text: String)] {
        let tables = try await stage.query(
            """
            SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace \
            WHERE relkind IN ('r', 'm') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
            """
        ).compactMap { $0["name"]?.string }
        #expect(tables.count > 60)
        let all = tables.map { "SELECT '\($0)' AS place, t::text AS line FROM \($0) AS t" }
        return try await stage.query(all.joined(separator: " UNION ALL ")).map {
            ($0["place"]?.string ?? "", $0["line"]?.string ?? "")
        }
    }

    @Test(
        "In requests, answers, error texts and reasons, in every encoding: in tables, logs, metrics and others' answers"
    )
    func inRequests() async throws {
        let stage = try await stage()
        let token = try await stage.line.token("unmasker", ["--scope", "audit:unmask"])
        let texts = Self.texts
        var ids: [String] = []
        for (number, answer) in Self.answers.enumerated() {
            let marker = Example.newMarker()
            var order = JSONWriter()
            order.string(answer)
            try await stage.gateway.order(
                #"{"contains":"\#(marker)","kind":"custom","body":\#(String(decoding: order.bytes, as: UTF8.self))}"#)
            let phone = (number % 2 == 0 ? "+86" : "") + Planted.own.phone
            let reply = try await stage.relay.post(
                "/v1/test/persons", body(marker, note: texts[number % texts.count], phone: phone),
                token: stage.tokens.caller)
            #expect(stage.gateway.calls(with: marker).count == 1)
            if reply.status != 200 { expectClean(reply.text, "the problem document of \(answer)") }
            let id = try #require(reply.id)
            ids.append(id)
        }
        try await refuse(stage)
        try await look(at: ids, stage, unmasker: token)
        expectClean(try await stage.relay.get("/metrics").text, "the metrics")
        #expect(try await stage.relay.terminate() == .exited(0))
        expectClean(stage.relay.log, "the log")
        expectClean(Command.read(stage.cluster.folder + "/log"), "PostgreSQL's log")
        var kept = 0
        for (table, text) in try await everything(stage) {
            expectClean(text, table)
            if table.hasPrefix("audit.sealed_") { kept += 1 }
        }
        #expect(kept == ids.count)
        await stage.stop()
    }

    /// Requests that are not calls, with the values as names and as values.
    private func refuse(_ stage: Stage) async throws {
        let own = Planted.own
        for body in [
            #"{"name":{"\#(own.phone)":"\#(own.name)"},"phone":1}"#, #"{"phone":"\#(own.phone)","name":[]}"#,
            #"{"name":"\#(own.name)""#,
        ] {
            let answer = try await stage.relay.post("/v1/test/persons", body, token: stage.tokens.caller)
            #expect(answer.status == 422 || answer.status == 400)
            expectClean(answer.text, "a refusal")
        }
        let names = #"{"list":{"\#(own.phone)":1,"\#(own.identity)":{}},"phone":"\#(own.phone)"}"#
        let answer = try await stage.relay.post("/v1/aliauto/car-profiles", names, token: stage.tokens.caller)
        #expect(answer.status == 422)
    }

    /// What those who read the trail see, and the one who may see more.
    private func look(at ids: [String], _ stage: Stage, unmasker: String) async throws {
        let reader = stage.tokens.auditor
        let list = try await stage.relay.get("/v1/audit/calls?limit=1000&include=request,response", token: reader)
        expectClean(list.text, "the list")
        #expect(list.text.contains("139****4466") && list.text.contains("****7799"))
        // What is known and not private is there to be read.
        #expect(list.text.contains(#"\"colour\":\"red\""#) && list.text.contains(#"level\\\":1"#))
        let found = try await stage.relay.get("/v1/audit/calls?key=phone:\(Planted.own.phone)", token: reader)
        #expect(found.json["data"]?.count == min(ids.count, 50))
        let first = try #require(ids.first)
        let note = #"{"text":"called \#(Planted.own.phone), \#(Planted.own.identity)"}"#
        #expect(try await stage.relay.post("/v1/audit/calls/\(first)/notes", note, token: reader).status == 201)
        for id in ids {
            let own = try await stage.relay.get("/v1/calls/\(id)", token: stage.tokens.caller)
            #expect(own.status == 200)
            let other = try await stage.relay.get("/v1/calls/\(id)", token: stage.tokens.other)
            #expect(other.status == 404)
            expectClean(other.text, "another caller's answer")
            expectClean(
                try await stage.relay.get("/v1/audit/calls/\(id)?include=request,response", token: reader).text, id)
        }
        try await eventually("the token is known") {
            try await stage.relay.post("/v1/audit/calls/\(first)/unmask", "{}", token: unmasker).status != 401
        }
        let reason = #"{"reason":"\#(Planted.own.phone) rang"}"#
        let opened = try await stage.relay.post("/v1/audit/calls/\(first)/unmask", reason, token: unmasker)
        let shown = try #require(opened.json["parameters"])
        #expect(shown["name"]?.string == Planted.own.name && shown["address"]?.string == Planted.own.address)
        #expect(
            shown["profile"]?.string?.contains(Planted.own.name) == true && shown["esc"]?.string == Planted.own.text)
        let refused = try await stage.relay.post("/v1/audit/calls/\(first)/unmask", reason, token: reader)
        #expect(refused.status == 403)
        expectClean(try await stage.relay.get("/v1/audit/refusals?limit=1000", token: reader).text, "the refusals")
    }

    private func expectClean(_ text: String, _ place: String) {
        let found = Planted.found(in: text)
        guard !found.isEmpty else { return }
        let start = Planted.forms(found[0]).compactMap { text.range(of: $0) }.first?.lowerBound ?? text.startIndex
        let from = text.index(start, offsetBy: -200, limitedBy: text.startIndex) ?? text.startIndex
        Issue.record("\(place) holds \(found): …\(text[from...].prefix(600))")
    }
}
