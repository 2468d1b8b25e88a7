import EventLoop
import Metrics
package import Problems
import Time
package import Vault

/// Checks callers' tokens against a worker's copy of the vault, so that the head of a request is enough to refuse it. It
/// lives on the worker's loop.
package final class Authorizer {
    private var verifier: TokenVerifier?
    /// How many copies of the vault have been in force, the current one included.
    private var copyNumber = 0
    private let freshness: VaultFreshness
    private let wallClock: @Sendable () -> Int64
    private let uses: TokenUses
    private let unauthenticated: Counter
    private let forbidden: Counter

    /// Makes an authorizer without a copy of the vault; it refuses everything until ``install(_:)``.
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
        unauthenticated = CallMeters.refusalCounter(.unauthenticated)
        forbidden = CallMeters.refusalCounter(.forbidden)
    }

    /// Puts a new copy of the vault in force.
    func install(_ snapshot: VaultSnapshot) {
        verifier = TokenVerifier(snapshot)
        copyNumber += 1
    }

    /// The caller that an `Authorization` header stands for, if its token has one of the scopes.
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

    /// The token of an authorization, if it still holds. The vault may have changed while the request's body arrived, so a
    /// withdrawn or expired token is refused here. This costs no hash.
    package func confirm(_ authorization: Authorization) throws(Problem) -> AccessToken {
        guard let verifier, freshness.isFresh() else { throw .staleVault }
        let now = wallClock()
        let given = authorization.token
        if authorization.copyNumber == copyNumber, !given.isExpired(at: now) { return given }
        let current: AccessToken
        do {
            current = try verifier.vault.renew(given, now: now)
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
    /// The token as it stood then.
    package let token: AccessToken
    let scope: Scope
    /// A scope that will do as well.
    let otherScope: Scope?
    /// The copy of the vault that accepted it: see ``Authorizer``.
    let copyNumber: Int

    /// Whether a token has one of the scopes.
    func isAllowed(by token: AccessToken) -> Bool {
        token.allows(scope) || otherScope.map(token.allows) == true
    }
}

/// Why a caller may not make a request.
package struct AuthorizationError: Error, Sendable {
    /// What the caller is told.
    package let problem: Problem
    /// The token's name, if the token is valid and lacks the scope.
    package let caller: String?

    init(problem: Problem, caller: String? = nil) {
        self.problem = problem
        self.caller = caller
    }
}
