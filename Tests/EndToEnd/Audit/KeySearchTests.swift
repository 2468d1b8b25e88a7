import JSON
import TestSupport
import Testing

@Suite("Finding calls by what they touched", .bounded)
struct KeySearchTests {
    private func ids(_ stage: Stage, _ query: String) async throws -> [String] {
        let answer = try await stage.relay.get("/v1/audit/calls?limit=1000&" + query, token: stage.tokens.auditor)
        try #require(answer.status == 200, "\(answer)")
        return answer.json["data"]?.elements.compactMap { $0["id"]?.string } ?? []
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// A car profile with these values.
    private func profile(_ stage: Stage, phone: String, plate: String, vin: String) async throws -> HTTPAnswer {
        var example = Example.carProfile(phone: phone)
        example.body = example.body.replacing("浙A8B7Y1", with: plate)
            .replacing(#""car_vin":"1""#, with: #""car_vin":"\#(vin)""#)
        let answer = try await stage.call(example)
        try #require(answer.id != nil, "\(answer)")
        return answer
    }

    @Test("Phones, plates and VINs are found however they are written, and are written nowhere")
    func phonesPlatesAndVINs() async throws {
        let stage = try await Stage.make()
        let first = try await profile(stage, phone: "+86 138-1234-5678", plate: "浙A·8b7y2", vin: "lsvau2180n2183294").id
        let second = try await profile(stage, phone: "13812345678", plate: "浙A8B7Y2", vin: "LSVAU2180N2183294").id
        _ = try await profile(stage, phone: "13812345679", plate: "浙A8B7Y3", vin: "LSVAU2180N2183295")
        let both = [second, first].compactMap { $0 }
        for key in [
            "phone:13812345678", "phone:+8613812345678", "phone:0086 138 1234 5678", "phone:86-138-1234-5678",
            "phone: 138 1234-5678 ", "car_license:浙A8B7Y2", "car_license:浙a·8b7y2", "car_license:浙A 8B7Y2",
            "car_vin:LSVAU2180N2183294", "car_vin:lsvau2180n2183294",
        ] {
            #expect(try await ids(stage, "key=" + Self.percentEncoded(key)) == both, "\(key)")
        }
        for key in [
            "phone:1381234567", "phone:138123456780", "car_license:浙A8B7Y", "car_vin:13812345678",
        ] {
            #expect(try await ids(stage, "key=" + Self.percentEncoded(key)).isEmpty, "\(key)")
        }
        let dump = try await stage.cluster.dump(stage.database)
        for value in ["13812345678", "138-1234-5678", "浙A·8b7y2", "浙A8B7Y2", "LSVAU2180N2183294", "lsvau2180n2183294"] {
            #expect(!dump.contains(value), "\(value)")
        }
        await stage.stop()
    }

    @Test("A key of the answer counts too, with every filter beside it, newest and oldest first")
    func answerKeys() async throws {
        let stage = try await Stage.make()
        let example = Example.carProfile()
        try await stage.gateway.order(
            """
            {"contains":"\(example.marker)","kind":"custom","body":"{\\"tmall_aliauto_carprofile_sync_response\\":{\\"data\\":{\\"id_mapping\\":\
            {\\"entry\\":[{\\"channel_profile_id\\":\\"\(example.marker)\\",\\"car_profile_id\\":9007199254740993}]}},\\"is_success\\":true,\
            \\"errcode\\":\\"0000\\",\\"request_id\\":\\"r\\"}}"}
            """)
        let answer = try await stage.call(example)
        try #require(answer.status == 200, "\(answer)")
        let others = [try await stage.call(.carProfile()), try await stage.call(.rental())]
        #expect(others.allSatisfy { $0.status == 200 })
        let id = [answer.id].compactMap { $0 }
        #expect(try await ids(stage, "key=car_profile_id:9007199254740993") == id)
        #expect(try await ids(stage, "key=carProfileId:9007199254740993") == id)
        #expect(try await ids(stage, "key=car_profile_id:9007199254740992").isEmpty, "ids are never rounded")
        #expect(
            try await ids(stage, "key=channel_profile_id:\(example.marker)&outcome=success&seller=shop&app=main") == id)
        #expect(try await ids(stage, "key=channel_profile_id:\(example.marker)&seller=other").isEmpty)
        let common = try await ids(stage, "key=channel_id:1")
        #expect(common.count == 2 && common.first == others[0].id)
        #expect(try await ids(stage, "key=channel_id:1&order=oldest") == common.reversed())
        await stage.stop()
    }

    @Test(
        "A key without a name or a value is refused",
        arguments: ["phone", "phone:", ":1", ":", "phone%00:1", "", "vin:1", "Phone:1"])
    func badKey(_ key: String) async throws {
        let stage = try await Stage.shared
        let answer = try await stage.relay.get("/v1/audit/calls?key=" + key, token: stage.tokens.auditor)
        #expect(answer.problem == "malformed-request", "\(answer)")
        for path in ["stats", "export"] {
            let same = try await stage.relay.get("/v1/audit/\(path)?key=" + key, token: stage.tokens.auditor)
            #expect(same.problem == "malformed-request", "\(same)")
        }
    }

    @Test("A name that is no business key is refused with the names that are")
    func unknownName() async throws {
        let stage = try await Stage.shared
        let answer = try await stage.relay.get("/v1/audit/calls?key=vin:1", token: stage.tokens.auditor)
        let detail = answer.json["detail"]?.string ?? ""
        #expect(answer.status == 400 && detail.contains("\"vin\"") && detail.contains("car_vin, "))
    }

    @Test("An open call is found by its key, and a call that was closed as unknown")
    func openCalls() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "2"])
        let example = Example.carProfile(phone: "13700001111")
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example)
        let found = try await eventually("the open call is found") {
            try await ids(stage, "key=phone:13700001111&outcome=open").first
        }
        #expect(try await ids(stage, "key=phone:13700001111") == [found])
        #expect(try await ids(stage, "key=phone:13700002222&outcome=open").isEmpty)
        #expect(try await waiting.outcome == "unknown")
        try await eventually("it is no longer open") {
            try await ids(stage, "key=phone:13700001111&outcome=unknown") == [found]
        }
        try await stage.gateway.release()
        await stage.stop()
    }

    @Test("A call with thousands of keys is recorded with some of them, and says so")
    func manyKeys() async throws {
        let stage = try await Stage.make()
        var example = Example.cards()
        let cards = (0..<3000).map { "\"card-\($0)\"" }.joined(separator: ",")
        example.body = example.body.replacing(#""111","222","333""#, with: cards)
        let answer = try await stage.call(example)
        let id = try #require(answer.id, "\(answer)")
        let one = try await stage.relay.get("/v1/audit/calls/\(id)", token: stage.tokens.auditor)
        #expect(one.json["keys_truncated"]?.bool == true, "\(one)")
        #expect(try await ids(stage, "key=physical_card_ids:card-0") == [id])
        #expect(try await ids(stage, "key=physical_card_ids:card-2999").isEmpty)
        #expect(
            try await ids(stage, "key=request_id:\(example.marker)") == [id],
            "a key that stands alone is kept before those of a list")
        let few = try await stage.call(.cards())
        let other = try await stage.relay.get("/v1/audit/calls/\(few.id ?? "")", token: stage.tokens.auditor)
        #expect(other.status == 200 && other.json["keys_truncated"] == nil)
        await stage.stop()
    }

    @Test("After the fingerprint key was rotated the past is found, and so is the present")
    func afterFingerprintKeyWasRotated() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        var made = [try await profile(stage, phone: "13700003333", plate: "浙A1", vin: "v1").id]
        #expect(try await stage.line.succeed(["key", "rotate", "fingerprint"]).hasPrefix("fingerprint key version 2"))
        try await eventually("both replicas mark with the new key") {
            for relay in [stage.relay, second] {
                let example = Example.carProfile(phone: "13700003333")
                let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
                made.append(answer.id)
            }
            let versions = try await stage.query(
                "SELECT key_version AS v FROM audit.calls ORDER BY at DESC, id DESC LIMIT 2")
            return versions.allSatisfy { $0["v"]?.lexeme == "2" }
        }
        let expected = Set(made.compactMap { $0 })
        #expect(Set(try await ids(stage, "key=phone:13700003333")) == expected)
        let elsewhere = try await second.get(
            "/v1/audit/calls?limit=1000&key=phone:13700003333", token: stage.tokens.auditor)
        #expect(Set(elsewhere.json["data"]?.elements.compactMap { $0["id"]?.string } ?? []) == expected)
        let list = try await stage.line.succeed(["key", "list"])
        #expect(list.split(separator: "\n").count == 4 && list.contains("fingerprint"))
        let refused = try await stage.line.run(["key", "rotate", "idempotency"])
        #expect(refused.code == 64 && refused.errors.contains("fingerprint"))
        await stage.stop()
    }
}
