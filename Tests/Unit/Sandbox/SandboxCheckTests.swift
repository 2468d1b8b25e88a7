import Testing

@testable import Sandbox

@Suite("The sandbox's checks, over real sockets, signed by Python")
struct SandboxCheckTests {
    @Test("Each fault of the protocol gets TOP's code, with status 200")
    func systemChecks() async throws {
        let call = Example.carProfile
        let broken: [(PythonPeer.Call, Int)] = [
            (call.with(system: ["method": nil]), 21), (call.with(system: ["method": "taobao.no.such"]), 22),
            (call.with(system: ["sign": nil]), 24),
            (call.with(system: ["sign": ""]), 24), (call.with(system: ["sign": "0123456789ABCDEF"]), 25),
            (call.with(system: ["sign_method": "sha1"]), 25), (call.with(system: ["session": nil]), 26),
            (call.with(system: ["session": "old"]), 27), (call.with(system: ["session": "other"]), 27),
            (call.with(system: ["app_key": nil]), 28), (call.with(system: ["app_key": "1"]), 29),
            (call.with(system: ["timestamp": nil]), 30), (call.with(system: ["timestamp": "2016-01-01 12:00:00"]), 31),
            (call.with(system: ["timestamp": "yesterday"]), 31), (call.with(system: ["v": nil]), 32),
            (call.with(system: ["v": "1.0"]), 33), (call.with(["phone": nil]), 40), (call.with(["phone": " "]), 40),
            (call.with(["colour": "red"]), 41), (call.with(["list": "{"]), 41), (call.with(["channel_type": "x"]), 41),
        ]
        try await withSandbox { _, peer in
            for ((call, code), reply) in zip(broken, try await peer.calls(broken.map(\.0))) {
                #expect(reply.status == 200)
                #expect(reply.errorCode == code, "\(call.system) \(call.business) \(reply.text)")
            }
        }
    }

    @Test("An unknown format is code 23, in XML")
    func unknownFormat() async throws {
        try await withSandbox { _, peer in
            let reply = try await peer.call(Example.rental.with(system: ["format": "yaml"]))
            #expect(reply.text.contains("<error_response><code>23</code>"))
        }
    }

    @Test("The timestamp may be ten minutes off to either side, in GMT+8, and no more")
    func timestampMayBeTen() async throws {
        for (offset, code) in [(-599, nil), (599, nil), (-602, 31), (602, 31), (8 * 3600, 31)] {
            try await withSandbox {
                $0.epochSeconds = { SandboxClock.now() + offset }
            } _: { _, peer in
                let reply = try await peer.call(Example.carProfile)
                #expect(reply.errorCode == code, "\(offset)")
            }
        }
    }

    @Test("A sign with another secret, over other values or in lower case is code 25")
    func wrongSigns() async throws {
        try await withSandbox { _, peer in
            var other = Example.carProfile
            other.secret = "another"
            let replies = try await peer.calls([
                other, Example.rental.with(system: ["sign_method": "md5"]),
                Example.rental.with(system: ["sign": "d56d7858309c31b6251083a874d48273"]),
            ])
            #expect(replies.map(\.errorCode) == [25, 25, 25])
        }
    }

    @Test("Hostile values are signed and taken to the byte, empty parameters too")
    func hostileValues() async throws {
        try await withSandbox { sandbox, peer in
            let hostile = "混合 品+&=%20😀\u{01}\n\"\\/"
            let call = Example.carProfile.with(["channel_id": hostile, "data_source": ""])
            #expect(try await peer.call(call).errorCode == nil)
            let kept = try #require(await sandbox.calls().last)
            #expect(kept.parameters.contains { $0 == ("channel_id", hostile) })
        }
    }

    @Test("What is no form is refused: other content types, bad escapes, repeated names, other verbs")
    func whatIsNoForm() async throws {
        try await withSandbox { _, peer in
            var calls = [PythonPeer.Call](repeating: Example.rental, count: 5)
            calls[0].contentType = "application/json"
            calls[1].rawBody = "a=%zz"
            calls[2].rawBody = "app_key=1&app_key=2"
            calls[3].verb = "PUT"
            calls[4].path = "/elsewhere"
            let replies = try await peer.calls(calls)
            // These bodies ask for no format, so the errors are XML.
            for (reply, code) in zip(replies, [9, 47, 41, 9]) {
                #expect(reply.text.contains("<code>\(code)</code>"), "\(reply.text)")
            }
            #expect(replies[4].status == 404)
        }
    }

    @Test("A session that is sent to a method that needs none must be valid all the same")
    func sessionWhereNoneIsNeeded() async throws {
        try await withSandbox { _, peer in
            let replies = try await peer.calls(["good", "bad"].map { Example.rental.with(system: ["session": $0]) })
            #expect(replies.map(\.errorCode) == [nil, 27])
        }
    }
}
