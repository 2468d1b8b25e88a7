import EventLoop
import RelayTestSupport
import Testing
import Vault

@testable import Relay

@Suite struct AuthorizerTests {
    @Test("Without a fresh copy of the vault no token is authorized")
    func withoutFreshCopyOfVault() throws {
        let freshness = VaultFreshness()
        let authorizer = Authorizer(freshness: freshness)
        authorizer.install(Snapshot.standard)
        for header in [nil, "Bearer x"] {
            let error = #expect(throws: AuthorizationError.self) { try authorizer.authorize(header, for: .relay) }
            #expect(error?.problem.type == .auditUnavailable && error?.problem.retryAfterSeconds == 1)
        }
        let empty = Authorizer(freshness: freshness)
        freshness.confirm(at: EventLoop.now())
        let error = #expect(throws: AuthorizationError.self) { try empty.authorize("Bearer x", for: .relay) }
        #expect(error?.problem.type == .auditUnavailable)
    }

    @Test("A missing or unknown token is unauthenticated")
    func missingOrUnknownToken() throws {
        let freshness = VaultFreshness()
        freshness.confirm(at: EventLoop.now())
        let authorizer = Authorizer(freshness: freshness)
        authorizer.install(Snapshot.standard)
        for header in [nil, "Basic x", "Bearer x", "Bearer trk_00000000000000_x"] {
            let error = #expect(throws: AuthorizationError.self) { try authorizer.authorize(header, for: .relay) }
            #expect(error?.problem.type == .unauthenticated && error?.caller == nil)
        }
    }
}
