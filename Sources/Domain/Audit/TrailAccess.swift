package import Postgres
package import Vault

/// Who reads the trail. This decides what the reader may see.
package enum TrailAccess: Sendable {
    /// The owner of a token sees the calls of the token's apps and methods.
    case token(AccessToken)
    /// The operator at a terminal has the password of the database and sees everything.
    case terminal

    /// The apps and methods that a query may reach.
    /// - Parameters:
    ///   - apps: the apps that the query names.
    ///   - methods: the methods and globs that the query names. A glob matches only methods that the token allows.
    /// - Throws: `forbidden` if the token does not allow one of the apps or methods.
    func scope(apps: [String], methods: [String]) throws(TrailReadError) -> AccessScope {
        guard case .token(let token) = self else { return AccessScope() }
        for app in apps where !token.allows(app: app) { throw .beyond(token, "the app \(app.prefix(64))") }
        for method in methods where !TrailQuery.isGlob(method) && !token.allows(method: method) {
            throw .beyond(token, "the method \(method.prefix(128))")
        }
        return AccessScope(apps: token.apps.sorted(), methods: token.methods.map(\.pattern))
    }

    /// Throws `forbidden` if the token does not allow the call's app or method.
    func check(_ row: CallSummary) throws(TrailReadError) {
        guard case .token(let token) = self else { return }
        guard token.allows(app: row.app), token.allows(method: row.method) else {
            throw .beyond(token, "calls of this app and method")
        }
    }

    /// Whether the reader may see a call.
    func allows(_ row: CallSummary) -> Bool { (try? check(row)) != nil }

    /// Throws `forbidden` if the token does not allow the rejected request's app or method. A token that is limited to
    /// apps does not see requests without one.
    func check(_ refusal: RejectedRequest) throws(TrailReadError) {
        guard case .token(let token) = self else { return }
        let isAppAllowed = refusal.app.map { token.allows(app: $0) } ?? token.apps.isEmpty
        guard isAppAllowed, token.allows(method: refusal.method) else {
            throw .beyond(token, "rejected requests of this app and method")
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
