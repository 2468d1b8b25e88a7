import Crypto
import EventLoop
import Locks
import Problems
import RelayTestSupport
import TestSupport
import Testing
import Vault

@testable import Relay

@Suite struct AuthorizerTests {
    private static let secret = "c2VjcmV0"
    private static let header = "Bearer trk_0123456789abcd_\(secret)"

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
        let authorizer = Self.authorizer()
        authorizer.install(Snapshot.standard)
        for header in [nil, "Basic x", "Bearer x", "Bearer trk_00000000000000_x"] {
            let error = #expect(throws: AuthorizationError.self) { try authorizer.authorize(header, for: .relay) }
            #expect(error?.problem.type == .unauthenticated && error?.caller == nil)
        }
    }

    @Test("A token is accepted again, and refused for a scope that it lacks, also when it is known")
    func knownToken() throws {
        let authorizer = Self.authorizer()
        authorizer.install(try Self.vault(scopes: [.relay]))
        for _ in 0..<3 {
            let authorization = try authorizer.authorize(Self.header, for: .relay)
            #expect(authorization.token.name == "shop")
            #expect(try authorizer.confirm(authorization).name == "shop")
            let error = #expect(throws: AuthorizationError.self) {
                try authorizer.authorize(Self.header, for: .auditRead)
            }
            #expect(error?.problem.type == .forbidden && error?.caller == "shop")
        }
    }

    @Test("A token that has been withdrawn is refused at once, before and after the body of its request")
    func withdrawnToken() throws {
        let authorizer = Self.authorizer()
        authorizer.install(try Self.vault(scopes: [.relay]))
        let authorization = try authorizer.authorize(Self.header, for: .relay)
        authorizer.install(try Self.vault(scopes: nil))
        let error = #expect(throws: AuthorizationError.self) { try authorizer.authorize(Self.header, for: .relay) }
        #expect(error?.problem.type == .unauthenticated)
        let problem = #expect(throws: Problem.self) { try authorizer.confirm(authorization) }
        #expect(problem?.type == .unauthenticated)
    }

    @Test("What a token may do is what the newest copy of the vault says when the body has arrived")
    func narrowedToken() throws {
        let authorizer = Self.authorizer()
        authorizer.install(try Self.vault(scopes: [.relay]))
        let authorization = try authorizer.authorize(Self.header, for: .relay)
        authorizer.install(try Self.vault(scopes: [.auditRead]))
        let problem = #expect(throws: Problem.self) { try authorizer.confirm(authorization) }
        #expect(problem?.type == .forbidden)
        authorizer.install(try Self.vault(scopes: [.relay, .auditRead]))
        #expect(try authorizer.confirm(authorization).scopes == [.relay, .auditRead])
    }

    @Test("A known token ends when it expires, and while the body of its request arrives")
    func expiringToken() throws {
        let now = Locked<Int64>(1000)
        let authorizer = Self.authorizer { now.withLock { $0 } }
        authorizer.install(try Self.vault(scopes: [.relay], expiresAt: 2000))
        let authorization = try authorizer.authorize(Self.header, for: .relay)
        now.withLock { $0 = 1999 }
        #expect(try authorizer.authorize(Self.header, for: .relay).token === authorization.token)
        now.withLock { $0 = 2000 }
        let error = #expect(throws: AuthorizationError.self) { try authorizer.authorize(Self.header, for: .relay) }
        #expect(error?.problem.type == .unauthenticated && error?.problem.detail == "The token has expired.")
        let problem = #expect(throws: Problem.self) { try authorizer.confirm(authorization) }
        #expect(problem?.type == .unauthenticated && problem?.detail == "The token has expired.")
    }

    private static func authorizer(wallClock: @escaping @Sendable () -> Int64 = { 1000 }) -> Authorizer {
        let freshness = VaultFreshness()
        freshness.confirm(at: EventLoop.now())
        return Authorizer(freshness: freshness, wallClock: wallClock)
    }

    /// A copy of the vault with the token of ``header``; without scopes there is none.
    private static func vault(scopes: Set<Scope>?, expiresAt: Int64? = nil) throws -> VaultSnapshot {
        let hash = try Digest.sha256(Array(secret.utf8))
        let tokens = scopes.map { scopes in
            [AccessToken(id: "0123456789abcd", name: "shop", hash: hash, scopes: scopes, expiresAt: expiresAt)]
        }
        return VaultSnapshot(revision: 1, apps: [], sessions: [], tokens: tokens ?? [], keys: [])
    }
}

extension Authorizer {
    fileprivate func authorize(_ header: String?, for scope: Scope) throws(AuthorizationError) -> Authorization {
        try authorize(header.map { Array($0.utf8)[...] }, for: scope)
    }
}
