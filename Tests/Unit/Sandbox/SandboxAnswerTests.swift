import JSON
import Testing

@testable import Sandbox

@Suite("The sandbox's answers, over real sockets, signed by Python")
struct SandboxAnswerTests {
    @Test("Every method is answered, with each sign method, from body, query or both")
    func everyMethod() async throws {
        try await withSandbox { _, peer in
            var calls: [PythonPeer.Call] = []
            for example in Example.all {
                for signMethod in ["md5", "hmac", "hmac-sha256"] {
                    var call = example
                    call.signMethod = signMethod
                    call.placement = signMethod == "md5" ? "split" : "body"
                    calls.append(call)
                }
            }
            var get = Example.rental
            (get.verb, get.placement) = ("GET", "query")
            calls.append(get)
            for (call, reply) in zip(calls, try await peer.calls(calls)) {
                let root = call.method.split(separator: ".").drop { $0 == "taobao" }.joined(separator: "_")
                let inner = try reply.json()["\(root)_response"]
                #expect(inner?["request_id"]?.string?.hasPrefix("16sb") == true, "\(reply.text)")
                #expect(reply.status == 200)
                #expect(reply.contentType == "text/javascript;charset=UTF-8")
            }
        }
    }

    @Test("Hold what the documentation's examples say, lists in their wrappers, and what was sent")
    func holdWhatDocumentationExamples() async throws {
        try await withSandbox { _, peer in
            let replies = try await peer.calls(Example.all).map { try $0.json() }
            let car = replies[0]["tmall_aliauto_carprofile_sync_response"]
            let entries = car?["data"]?["id_mapping"]?["entry"]?.elements.map { $0 } ?? []
            #expect(entries.map { $0["channel_profile_id"]?.string } == ["7001"])
            #expect(entries.first?["car_profile_id"]?.kind == .number)
            #expect(car?["is_success"]?.bool == true)
            #expect(car?["errcode"]?.string == "0000")
            let rental = replies[1]["alitrip_rentcar_commodity_storevehmodel_base_change_notify_response"]
            #expect(rental?["message_code"]?.lexeme == "0")
            let lease = replies[2]["tmall_car_lease_freedownpayment_put_response"]?["result"]
            #expect(lease?["success"]?.bool == true)
            #expect(lease?["object"]?.bool == true)
            #expect(lease?["gmt_current_time"]?.lexeme?.count == 13)
            let addresses = replies[3]["logistics_address_ability_tms_async_response"]
            #expect(addresses?["address_ability_async_response"]?["is_retry"]?.bool == false)
            #expect(addresses?["address_ability_async_response"]?["success"]?.bool == true)
            let cards = replies[4]["alibaba_alsc_crm_card_batch_sell_response"]?["result"]
            #expect(cards?["biz_success"]?.bool == true)
            #expect(cards?["result"]?["all_success"]?.string == "true")
            #expect(cards?["result"]?["result_map"]?.string == #"{"111":"SUCCESS","222":"SUCCESS"}"#)
        }
    }

    @Test("Keep a profile id of 19 digits, and name a deleted profile no more")
    func keepProfileIdOf19() async throws {
        try await withSandbox { _, peer in
            let list = try #require(Example.carProfile.business["list"])
            let known = list.dropLast() + #","car_profile_id":9007199254740993}"#
            let deleted = list.dropLast(2) + "3}"
            let replies = try await peer.calls([
                Example.carProfile.with(["list": String(known)]), Example.carProfile.with(["list": String(deleted)]),
            ])
            #expect(replies[0].text.contains(#""car_profile_id":9007199254740993"#))
            #expect(replies[1].text.contains(#""id_mapping":{"entry":[]}"#))
        }
    }

    @Test("Are XML unless json is asked for, errors too; simplify takes the root away, but not from errors")
    func areXMLUnlessJson() async throws {
        try await withSandbox { _, peer in
            let simple = Example.carProfile.with(system: ["simplify": "true"])
            let replies = try await peer.calls([
                Example.carProfile.with(system: ["format": nil]),
                Example.carProfile.with(system: ["format": "xml", "session": nil]),
                simple, simple.with(["phone": nil]),
            ])
            #expect(replies[0].contentType == "text/xml;charset=UTF-8")
            #expect(
                replies[0].text.contains("<tmall_aliauto_carprofile_sync_response><data><id_mapping list=\"true\">"))
            #expect(replies[0].text.contains("<entry><channel_profile_id>7001</channel_profile_id>"))
            #expect(replies[1].text.contains("<error_response><code>26</code>"))
            let plain = try replies[2].json()
            #expect(plain["data"]?["id_mapping"]?.kind == .array)
            #expect(plain["request_id"]?.kind == .string)
            #expect(replies[3].errorCode == 40)
        }
    }
}
