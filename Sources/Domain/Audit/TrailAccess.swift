package import Postgres
package import Vault

/// Who reads the trail. This decides what the reader may see.
package enum TrailAccess: Sendable {
    /// The owner of a token sees the calls of the token's apps, methods and sellers.
    case token(AccessToken)
    /// The operator at a terminal has the password of the database and sees everything.
    case terminal

    /// The apps, methods and sellers that a query may reach.
    /// - Parameters:
    ///   - apps: the apps that the query names.
    ///   - sellers: the sellers that the query names.
    ///   - methods: the methods and globs that the query names. A glob matches only methods that the token allows.
    /// - Throws: `forbidden` if the token does not allow one of the apps, methods or sellers.
    func scope(apps: [String], methods: [String], sellers: [String]) throws(TrailReadError) -> AccessScope {
        guard case .token(let token) = self else { return AccessScope() }
        for app in apps where !token.allows(app: app) { throw .beyond(token, "the app \(app.prefix(64))") }
        for method in methods where !TrailQuery.isGlob(method) && !token.allows(method: method) {
            throw .beyond(token, "the method \(method.prefix(128))")
        }
        for seller in sellers where !token.allows(seller: seller) {
            throw .beyond(token, "the seller \(seller.prefix(128))")
        }
        return AccessScope(
            apps: token.apps.sorted(), methods: token.methods.map(\.pattern), sellers: token.sellers.map(\.pattern))
    }

    /// Throws `forbidden` if the token does not allow the call's app, method or seller. A token that is limited to
    /// sellers does not see calls without one.
    func check(_ row: CallSummary) throws(TrailReadError) {
        guard case .token(let token) = self else { return }
        guard token.allows(app: row.app), token.allows(method: row.method), allowsSeller(row.seller, token) else {
            throw .beyond(token, "calls of this app, method and seller")
        }
    }

    private func allowsSeller(_ seller: String?, _ token: AccessToken) -> Bool {
        seller.map { token.allows(seller: $0) } ?? token.sellers.isEmpty
    }

    /// Whether the reader may see a call.
    func allows(_ row: CallSummary) -> Bool { (try? check(row)) != nil }

    /// Throws `forbidden` if the token does not allow the rejected request's app, method or seller. A token that is
    /// limited to apps or sellers does not see requests without one.
    func check(_ refusal: RejectedRequest) throws(TrailReadError) {
        guard case .token(let token) = self else { return }
        let isAppAllowed = refusal.app.map { token.allows(app: $0) } ?? token.apps.isEmpty
        guard isAppAllowed, token.allows(method: refusal.method), allowsSeller(refusal.seller, token) else {
            throw .beyond(token, "rejected requests of this app, method and seller")
        }
    }
}

/// Why the trail could not be read.
package enum TrailReadError: Error, Sendable, CustomStringConvertible {
    /// The query failed.
    case database(PostgresError)
    /// The reader may not see what it asked for. The text is for the reader.
    case forbidden(String)

    static func beyond(_ token: AccessToken, _ what: String) -> TrailReadError {
        .forbidden("The token \(token.name) does not allow \(what).")
    }

    /// The text for the operator.
    package var description: String {
        switch self {
        case .database(let error): error.description
        case .forbidden(let text): text
        }
    }
}
