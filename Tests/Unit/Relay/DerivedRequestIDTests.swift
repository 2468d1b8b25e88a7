import Bytes
import Crypto
import Problems
import RelayTestSupport
import Testing
import Vault

@testable import Relay

@Suite struct DerivedRequestIDTests {
    private func derive(
        _ vault: VaultSnapshot = Snapshot.standard, caller: String = "shop", app: String = "main",
        method: String = "a.b", key: String = "k"
    ) throws -> String {
        try CallPipeline.derivedRequestID(vault, caller: caller, app: app, method: method, key: key)
    }

    @Test("The same caller, app, method and key give the same id: 32 hexadecimal digits")
    func sameCaller() throws {
        let id = try derive()
        #expect(try derive() == id)
        #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
    }

    @Test("Each of them makes it another id, and so does the vault's key")
    func eachOfThemMakes() throws {
        let other = VaultSnapshot(
            revision: 1, apps: [], sessions: [], tokens: [],
            keys: [SystemKey(name: .idempotency, version: 1, secret: Secret(bytes: [UInt8](repeating: 3, count: 32)))])
        let ids = try [
            derive(), derive(caller: "crm"), derive(app: "cars"), derive(method: "a.c"), derive(key: "K"),
            derive(other),
        ]
        #expect(Set(ids).count == ids.count)
    }

    @Test("Texts that run into each other the same way are told apart")
    func textsThatRunIntoEachOtherSameWay() throws {
        let ids = try [
            derive(caller: "ab", app: "c"), derive(caller: "a", app: "bc"), derive(method: "x", key: "1:y"),
            derive(method: "x1:", key: "y"), derive(caller: "1:a", app: ""), derive(caller: "", app: "1:a"),
        ]
        #expect(Set(ids).count == ids.count)
    }

    @Test("It is half of the HMAC-SHA256 of the parts with their lengths")
    func itIsHalfOfHMAC() throws {
        let key = [UInt8](repeating: 2, count: 32)
        let message = Array("4:shop4:main3:a.b1:k".utf8)
        #expect(try derive() == Hex.lower(Array(try HMAC.sha256(key: key, message).prefix(16))))
    }

    @Test("Without a key in the vault it is a problem that says what to run")
    func missingKey() {
        let empty = VaultSnapshot(revision: 1, apps: [], sessions: [], tokens: [], keys: [])
        let problem = #expect(throws: Problem.self) { try derive(empty) }
        #expect(problem?.type == .internalError && problem?.detail.contains("toprelay migrate") == true)
    }
}
