public import Postgres
public import Vault

/// On whose behalf the trail is read: what a reader may see follows from it.
public enum TrailAccess: Sendable {
    /// Whoever has this token sees the calls of its apps and methods.
    case token(AccessToken)
    /// The operator at a terminal has the database's own password and sees everything.
    case terminal

    /// What may be seen, where this app and this method are asked for. A glob is not a method: it finds what it shares
    /// with the token's methods.
    func bounds(app: String?, method: String?) throws(TrailReadError) -> TrailBounds {
        guard case .token(let token) = self else { return TrailBounds() }
        if let app, !token.allows(app: app) { throw .beyond(token, "the app \(app.prefix(64))") }
        if let method, !TrailQuery.isGlob(method), !token.allows(method: method) {
            throw .beyond(token, "the method \(method.prefix(128))")
        }
        return TrailBounds(apps: token.apps.sorted(), methods: token.methods.map(\.pattern))
    }

    /// Refuses a call of an app or a method that the token is not for.
    func check(_ row: TrailRow) throws(TrailReadError) {
        guard case .token(let token) = self else { return }
        guard token.allows(app: row.app), token.allows(method: row.method) else {
            throw .beyond(token, "calls of this app and method")
        }
    }
}

/// Why the trail was not read.
public enum TrailReadError: Error, Sendable, CustomStringConvertible {
    /// PostgreSQL did not answer.
    case database(PostgresError)
    /// The reader may not see what was asked for; the text is for the reader.
    case forbidden(String)

    static func beyond(_ token: AccessToken, _ what: String) -> TrailReadError {
        .forbidden("The token \(token.name) is not for \(what).")
    }

    /// For the operator.
    public var description: String {
        switch self {
        case .database(let error): error.description
        case .forbidden(let text): text
        }
    }
}
