import Crypto
import JSON
import Testing
import Vault

@testable import Credentials

@Suite("TOP's answers with session keys")
struct TokenAnswerTests {
    private static let now: Int64 = 1_700_000_000_000

    private func grant(_ json: String, isFirst: Bool = true) throws -> SessionGrant {
        try TokenAnswer(try JSONDocument(json).root, now: Self.now).grant(isFirst: isFirst)
    }

    private func refreshEnd(_ grant: SessionGrant) -> Int64? {
        if case .token(_, let endsAt) = grant.refresh { endsAt } else { nil }
    }

    @Test("Periods are in seconds and instants in milliseconds, as numbers or as texts")
    func bothFamilies() throws {
        let seconds = try grant(
            """
            {"access_token":"a","expires_in":60,"refresh_token":"r","re_expires_in":"120","r1_expires_in":1800,
             "taobao_user_id":"123","taobao_user_nick":"%E5%95%86%E5%AE%B6+1"}
            """)
        #expect(seconds.key == Secret("a") && seconds.expiresAt == Self.now + 60_000)
        #expect(refreshEnd(seconds) == Self.now + 120_000)
        #expect(seconds.userID == "123" && seconds.userNick == "商家 1")
        #expect(seconds.levelEnds == ["r1": Self.now + 1_800_000])
        let instants = try grant(
            """
            {"access_token":"a","expire_time":1700000060000,"refresh_token":"r",
             "refresh_token_valid_time":"1700000120000","w2_valid":1700000000001,"user_id":123,"user_nick":"x%zz"}
            """)
        #expect(instants.expiresAt == Self.now + 60_000 && refreshEnd(instants) == Self.now + 120_000)
        #expect(instants.userID == "123" && instants.userNick == "x%zz")
        #expect(instants.levelEnds == ["w2": Self.now + 1])
    }

    @Test("A period of 0 says that nothing can be refreshed, whatever else the answer has")
    func noRefresh() throws {
        let answer =
            #"{"access_token":"a","refresh_token":"r","re_expires_in":0,"refresh_token_valid_time":1800000000000}"#
        for isFirst in [true, false] {
            guard case .impossible = try grant(answer, isFirst: isFirst).refresh else {
                Issue.record("it is not impossible")
                return
            }
        }
        guard case .impossible = try grant(#"{"access_token":"a"}"#).refresh,
            case .kept = try grant(#"{"access_token":"a"}"#, isFirst: false).refresh
        else {
            Issue.record("an answer without a refresh token")
            return
        }
    }

    @Test(
        "An end that makes no sense is unknown",
        arguments: ["0", "-5", "99999999999999", "1.5", "null", "\"soon\"", "[]", "true"])
    func senselessEnds(_ value: String) throws {
        #expect(try grant(#"{"access_token":"a","expires_in":\#(value)}"#).expiresAt == nil)
    }

    @Test(
        "An answer without a session key is refused",
        arguments: ["{}", #"{"access_token":""}"#, #"{"access_token":null}"#, #"{"access_token":{}}"#])
    func answersWithoutKey(_ json: String) {
        #expect(throws: OAuthError.self) { try grant(json) }
    }

    @Test("What TOP says of a refusal is shown without the secrets of the request")
    func shownRefusals() {
        let secret = Secret("hidden-token")
        let echoed = OAuthError(error: "invalid_grant", text: "no hidden-token here", hiding: [secret])
        #expect(echoed.kind == .invalidToken && echoed.description == "TOP refused: invalid_grant")
        let long = OAuthError(error: "invalid_client", text: "a\nb" + String(repeating: "x", count: 900), hiding: [])
        #expect(long.kind == .refused && long.description.count < 250 && !long.description.contains("\n"))
        #expect(OAuthError(error: "invalid_request", text: "Refresh token expired", hiding: []).kind == .invalidToken)
        #expect(OAuthError(code: "15", texts: [], subCode: "isv.invalid-token", hiding: []).kind == .invalidToken)
        #expect(OAuthError(code: "25", texts: ["Invalid signature"], subCode: nil, hiding: []).kind == .refused)
    }
}

@Suite("The state of an authorisation")
struct StateSealTests {
    private static func vault(_ byte: UInt8) -> VaultSnapshot {
        VaultSnapshot(
            revision: 1, apps: [], sessions: [], tokens: [],
            keys: [
                SystemKey(name: .idempotency, version: 1, secret: Secret(bytes: [UInt8](repeating: byte, count: 32)))
            ])
    }

    @Test("A state opens with the key that signed it, and with no bit changed")
    func signedStates() throws {
        let seal = try #require(StateSeal(Self.vault(1)))
        let content = StateSeal.Content(nonce: Array(0..<16), expiresAt: 1_700_000_000_123)
        let text = try seal.text(content)
        #expect(seal.open(text) == content)
        #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        #expect(try #require(StateSeal(Self.vault(2))).open(text) == nil)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(seal.open(changed) == nil)
        }
        for other in ["", "A", text + "A", text + text, String(text.dropLast()), "é" + text, text + "="] {
            #expect(seal.open(other) == nil)
        }
    }
}
