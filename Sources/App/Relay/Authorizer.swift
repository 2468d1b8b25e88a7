import EventLoop
import Metrics
package import Problems
import Time
package import Vault

/// Checks callers' tokens against a worker's copy of the vault, so that the head of a request is enough to refuse it.
/// It is used only on the worker's loop.
package final class Authorizer {
    private var verifier: TokenVerifier?
    /// How many copies of the vault have been installed.
    private var copyNumber = 0
    private let freshness: VaultFreshness
    private let wallClock: @Sendable () -> Int64
    private let uses: TokenUses
    private let unauthenticated: Counter
    private let forbidden: Counter

    /// Makes an authorizer without a copy of the vault. It refuses all requests until ``install(_:)``.
    /// - Parameters:
    ///   - freshness: when PostgreSQL last confirmed the copy.
    ///   - wallClock: the time of day in milliseconds since 1970.
    ///   - uses: takes the uses of tokens.
    init(
        freshness: VaultFreshness, wallClock: @escaping @Sendable () -> Int64 = WallClock.milliseconds,
        uses: TokenUses = TokenUses()
    ) {
        self.uses = uses
        self.freshness = freshness
        self.wallClock = wallClock
        unauthenticated = CallMetrics.refusalCounter(.unauthenticated)
        forbidden = CallMetrics.refusalCounter(.forbidden)
    }

    /// Uses a new copy of the vault from now on.
    func install(_ snapshot: VaultSnapshot) {
        verifier = TokenVerifier(snapshot)
        copyNumber += 1
    }

    /// The caller that an `Authorization` header names, if its token has one of the scopes.
    /// - Parameter other: a scope that is accepted instead of `scope`.
    package func authorize(
        _ header: ArraySlice<UInt8>?, for scope: Scope, or other: Scope? = nil
    ) throws(AuthorizationError) -> Authorization {
        guard let verifier, freshness.isFresh() else { throw AuthorizationError(problem: .staleVault) }
        let token: AccessToken
        let now = wallClock()
        do {
            token = try verifier.authenticate(authorization: header, now: now)
        } catch {
            unauthenticated.increment()
            throw AuthorizationError(problem: Problem(error))
        }
        uses.note(token, now: now)
        let authorization = Authorization(token: token, scope: scope, otherScope: other, copyNumber: copyNumber)
        guard authorization.isAllowed(by: token) else {
            forbidden.increment()
            throw AuthorizationError(problem: .missing(scope, or: other, token), caller: token.name)
        }
        return authorization
    }

    /// The token of an authorization, if it is still valid. The vault may have changed while the request's body
    /// arrived, so a withdrawn or expired token is refused here. The check needs no hash.
    package func confirm(_ authorization: Authorization) throws(Problem) -> AccessToken {
        guard let verifier, freshness.isFresh() else { throw .staleVault }
        let now = wallClock()
        let accepted = authorization.token
        if authorization.copyNumber == copyNumber, !accepted.isExpired(at: now) { return accepted }
        let current: AccessToken
        do {
            current = try verifier.vault.renew(accepted, now: now)
        } catch {
            unauthenticated.increment()
            throw Problem(error)
        }
        guard authorization.isAllowed(by: current) else {
            forbidden.increment()
            throw .missing(authorization.scope, or: authorization.otherScope, current)
        }
        return current
    }
}

/// A caller whose token was accepted when the head of the request had arrived.
package struct Authorization: Sendable {
    /// The token at that time.
    package let token: AccessToken
    let scope: Scope
    /// A scope that is accepted instead of `scope`.
    let otherScope: Scope?
    /// The number of the copy of the vault that accepted the token: see ``Authorizer``.
    let copyNumber: Int

    /// Whether a token has one of the scopes.
    func isAllowed(by token: AccessToken) -> Bool {
        token.allows(scope) || otherScope.map(token.allows) == true
    }
}

/// Why a caller may not make a request.
package struct AuthorizationError: Error, Sendable {
    /// The problem for the caller.
    package let problem: Problem
    /// The token's name, if the token is valid and lacks the scope.
    package let caller: String?

    init(problem: Problem, caller: String? = nil) {
        self.problem = problem
        self.caller = caller
    }
}
