import JSON
import Testing

@testable import Sandbox

@Suite("The sandbox's faults, over real sockets")
struct SandboxFaultAnswerTests {
    /// A car profile call that asks for a fault by a magic value.
    private func call(_ magic: String) -> PythonPeer.Call {
        Example.carProfile.with(["data_source": "sandbox:\(magic)"])
    }

    private let root = "tmall_aliauto_carprofile_sync_response"

    @Test("Errors come as TOP writes them")
    func errorsComeAsTOP() async throws {
        let wanted: [(magic: String, code: Int, subCode: String?, text: String)] = [
            ("ban=7", 7, "accesscontrol.limited-by-app-api-access-count", "This ban will last for 7 more seconds"),
            ("app-ban=9", 7, "accesscontrol.limited-by-app-access-count", "This ban will last for 9 more seconds"),
            ("isp", 15, "isp.remote-service-error", "Remote service error"),
            ("isp=isp.top-remote-connection-timeout", 15, "isp.top-remote-connection-timeout", "Remote"),
            ("isv=isv.item-not-exist", 15, "isv.item-not-exist", "Remote service error"),
            ("code=10", 10, nil, "Error 10"), ("session", 27, "session-expired", "Invalid session"),
            ("nonsense", 41, "isv.invalid-parameter", "sandbox:nonsense is not one of"),
        ]
        try await withSandbox { _, peer in
            for (fault, reply) in zip(wanted, try await peer.calls(wanted.map { call($0.magic) })) {
                #expect(reply.status == 200)
                let error = try reply.json()["error_response"]
                #expect(error?["code"]?.lexeme == "\(fault.code)", "\(fault.magic)")
                #expect(error?["sub_code"]?.string == fault.subCode)
                #expect(error?["request_id"]?.string != nil)
                #expect(reply.text.contains(fault.text))
            }
        }
    }

    @Test("Pages of HTML and empty bodies come with the status asked for")
    func pagesOfHTMLAndEmpty() async throws {
        try await withSandbox { _, peer in
            let replies = try await peer.calls(["status=502", "status", "html", "empty"].map(call))
            #expect(replies.map(\.status) == [502, 500, 200, 200])
            #expect(replies[0...2].allSatisfy { $0.text.hasPrefix("<html>") && $0.contentType.hasPrefix("text/html") })
            #expect(replies[3].body.isEmpty)
        }
    }

    @Test("Cut and half answers end the connection; the sandbox goes on")
    func cutAndHalfAnswers() async throws {
        try await withSandbox { _, peer in
            let replies = try await peer.calls([call("cut"), call("half"), Example.carProfile])
            #expect(replies.map(\.failure) == ["RemoteDisconnected", "IncompleteRead", ""])
            #expect(replies[1].status == 200)
            #expect(replies[2].errorCode == nil)
        }
    }

    @Test("Latency holds the good answer back")
    func latencyHoldsGoodAnswer() async throws {
        try await withSandbox { _, peer in
            let reply = try await peer.call(call("latency=120"))
            #expect(reply.milliseconds >= 120)
            #expect(try reply.json()[root] != nil)
        }
    }

    @Test("Odd answers: raw control characters, 19 digits, another root, missing lists")
    func oddAnswers() async throws {
        try await withSandbox { _, peer in
            let replies = try await peer.calls(
                ["control-characters", "long-ids", "other-root", "missing-lists"].map(call))
            #expect(replies[0].body.contains(0x01) && replies[0].body.contains(0x0A))
            #expect(throws: JSONError.self) { try replies[0].json() }
            #expect(
                try JSONDocument(replies[0].body, options: .tolerant).root[root]?["errmsg"]?.string == "成功\n\t\u{01}")
            let entry = try replies[1].json()[root]?["data"]?["id_mapping"]?["entry"]?.elements.first { _ in true }
            #expect(entry?["car_profile_id"]?.lexeme?.count == 19)
            #expect(try replies[2].json()["unexpected_response"]?["is_success"]?.bool == true)
            #expect(try replies[3].json()[root]?["data"]?.count == 0)
        }
    }

    @Test("A fault strikes only a call that passes every check")
    func onlyGoodCalls() async throws {
        try await withSandbox { sandbox, peer in
            await sandbox.order(FaultOrder(.html))
            let replies = try await peer.calls([
                Example.carProfile.with(system: ["sign": "X"]), Example.carProfile, Example.carProfile,
            ])
            #expect(replies[0].errorCode == 25)
            #expect(replies[1].text.hasPrefix("<html>"))
            #expect(replies[2].errorCode == nil)
            #expect(await sandbox.calls().map(\.isStruck) == [false, true, false])
        }
    }
}
