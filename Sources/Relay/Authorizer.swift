import Metrics
public import Problems
import Synchronization
public import Vault

/// Checks tokens on any thread against the vault's current copy, so that the head of a request is enough to refuse it.
public final class Authorizer: Sendable {
    private let vault = Mutex<VaultSnapshot?>(nil)
    private let freshness: VaultFreshness
    private let wallClock: @Sendable () -> Int64
    private let unauthenticated: Counter
    private let forbidden: Counter

    /// Makes an authorizer without a copy of the vault; it refuses everything until ``install(_:)``.
    /// - Parameters:
    ///   - freshness: when PostgreSQL last confirmed the copy.
    ///   - wallClock: the time of day in milliseconds since 1970; called on any thread.
    public init(freshness: VaultFreshness, wallClock: @escaping @Sendable () -> Int64 = WallClock.milliseconds) {
        self.freshness = freshness
        self.wallClock = wallClock
        unauthenticated = CallMeters.refusalCounter(.unauthenticated)
        forbidden = CallMeters.refusalCounter(.forbidden)
    }

    /// Puts a new copy of the vault in force.
    public func install(_ snapshot: VaultSnapshot) { vault.withLock { $0 = snapshot } }

    /// The caller that an `Authorization` header stands for, if its token has the scope.
    ///
    /// It hashes the token. A worker that gets the result only looks it up again: ``Worker/confirm(_:for:)``.
    public func authorize(
        _ authorization: String?, for scope: Scope
    ) throws(AuthorizationError) -> AccessToken {
        guard let vault = vault.withLock({ $0 }), freshness.isFresh() else {
            throw AuthorizationError(problem: .staleVault)
        }
        let token: AccessToken
        do {
            token = try vault.authenticate(authorization: authorization, now: wallClock())
        } catch {
            unauthenticated.increment()
            throw AuthorizationError(problem: Problem(error))
        }
        guard token.allows(scope) else {
            forbidden.increment()
            throw AuthorizationError(problem: .missing(scope, token), caller: token.name)
        }
        return token
    }
}

/// Why a caller may not make a request.
public struct AuthorizationError: Error, Sendable {
    /// What the caller is told.
    public let problem: Problem
    /// The token's name, if the token is valid and lacks the scope.
    public let caller: String?

    init(problem: Problem, caller: String? = nil) {
        self.problem = problem
        self.caller = caller
    }
}

extension Worker {
    /// Looks up again a token that ``Authorizer/authorize(_:for:)`` has accepted. The vault may have changed while the
    /// body arrived, so a withdrawn or ended token is refused here. This costs no hash.
    public func confirm(_ token: AccessToken, for scope: Scope) throws(Problem) -> AccessToken {
        let vault = try currentVault()
        let current: AccessToken
        do {
            current = try vault.renew(token, now: settings.wallClock())
        } catch {
            meters.refused(.unauthenticated)
            throw Problem(error)
        }
        guard current.allows(scope) else {
            meters.refused(.forbidden)
            throw .missing(scope, current)
        }
        return current
    }
}
