import Crypto

/// The opened vault at one revision. The path of a call reads it without a query.
package final class VaultSnapshot: Sendable {
    /// The revision of the vault.
    package let revision: Int64
    /// Rows that cannot be used. A row whose seal did not open is `table/primary key`, and one with an unreadable value
    /// is `table/name: column`. Such rows are found, but cannot be used.
    package let unreadable: [String]

    private let apps: [String: App]
    private let tokens: [String: AccessToken]
    private let sessions: [String: AppSessions]
    private let keys: [SystemKey.Name: [SystemKey]]
    private let defaultApp: App?
    private let appOfUnreadableMethods: App?
    private let boundExactly: [String: [App]]
    private let boundByGlob: [(glob: MethodGlob, app: App)]

    /// The sessions of one app.
    private struct AppSessions {
        var bySeller: [ExactText: SellerSession] = [:]
        var standard: SellerSession?
    }

    /// Makes a snapshot from rows.
    package init(
        revision: Int64, apps: [App], sessions: [SellerSession], tokens: [AccessToken], keys: [SystemKey],
        unreadable: [String] = []
    ) {
        self.revision = revision
        self.unreadable = unreadable
        self.apps = Dictionary(apps.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.tokens = Dictionary(tokens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.keys = Dictionary(grouping: keys, by: \.name).mapValues { $0.sorted { $0.version > $1.version } }
        self.sessions = sessions.reduce(into: [:]) { byApp, session in
            byApp[session.app, default: AppSessions()].bySeller[ExactText(session.seller)] = session
            if session.isDefault { byApp[session.app]?.standard = session }
        }
        defaultApp = apps.first(where: \.isDefault)
        appOfUnreadableMethods = apps.first { !$0.hasReadableMethods }
        var exact: [String: [App]] = [:]
        var patterned: [(glob: MethodGlob, app: App)] = []
        for app in apps {
            for glob in app.methods {
                if glob.isExact {
                    exact[glob.pattern, default: []].append(app)
                } else {
                    patterned.append((glob, app))
                }
            }
        }
        boundExactly = exact
        boundByGlob = patterned
    }

    /// The numbers of apps, sessions and tokens.
    package var counts: (apps: Int, sessions: Int, tokens: Int) {
        (apps.count, sessions.values.reduce(0) { $0 + $1.bySeller.count }, Set(tokens.values.map(\.name)).count)
    }

    /// The app of a name, also where it cannot be used.
    package func app(named name: String) -> App? { apps[name] }

    /// All sessions of an app, ordered by seller. Some may be expired or unusable.
    package func sessions(of app: App) -> [SellerSession] {
        (sessions[app.name]?.bySeller.values).map { $0.sorted { $0.seller < $1.seller } } ?? []
    }

    /// The seller that a call is for: the one that it names, or the app's default or only one; nil where there is none.
    /// The session need not be usable.
    package func sellerName(app: App, seller: String?) -> String? {
        if let seller { return seller }
        guard let known = sessions[app.name] else { return nil }
        return (known.standard ?? (known.bySeller.count == 1 ? known.bySeller.values.first : nil))?.seller
    }

    /// All versions of a system key, the newest first.
    package func keys(_ name: SystemKey.Name) -> [SystemKey] { keys[name] ?? [] }

    // MARK: - Callers

    /// The token in the value of an `Authorization` header; `now` is in milliseconds since 1970.
    package func authenticate(
        authorization header: String?, now: Int64
    ) throws(AuthenticationError) -> AccessToken {
        let bytes = header.map { Array($0.utf8)[...] }
        return try authenticate(token: try Self.token(inAuthorization: bytes), now: now)
    }

    /// The text of the token in the value of an `Authorization` header.
    static func token(inAuthorization header: ArraySlice<UInt8>?) throws(AuthenticationError) -> ArraySlice<UInt8> {
        guard let header else { throw .missing }
        guard header.count > scheme.count, isBearer(header) else { throw .malformed }
        return header[(header.startIndex + scheme.count)...].drop { $0 == UInt8(ascii: " ") }
    }

    /// The token with the text `bearer` (`trk_…`); `now` is in milliseconds since 1970.
    package func authenticate(bearer: String, now: Int64) throws(AuthenticationError) -> AccessToken {
        try authenticate(token: Array(bearer.utf8)[...], now: now)
    }

    private static let scheme = Array("bearer ".utf8)

    private static func isBearer(_ header: ArraySlice<UInt8>) -> Bool {
        for index in scheme.indices where header[header.startIndex + index] | 0x20 != scheme[index] | 0x20 {
            return false
        }
        return true
    }

    /// The token with this text.
    func authenticate(
        token: ArraySlice<UInt8>, now: Int64
    ) throws(AuthenticationError) -> AccessToken {
        guard let text = TokenText(token) else { throw .malformed }
        guard let found = tokens[text.id], let hash = try? TokenText.hash(ofSecret: text.secret),
            ConstantTime.equal(hash, found.hash)
        else { throw .unknown }
        guard !found.isExpired(at: now) else { throw .expired }
        return found
    }

    /// The current state of a token that an earlier or later copy has accepted; `now` is in milliseconds since 1970. It
    /// does not hash the secret: tokens with equal hashes have the same secret.
    package func renew(_ token: AccessToken, now: Int64) throws(AuthenticationError) -> AccessToken {
        guard let found = tokens[token.id], found === token || ConstantTime.equal(found.hash, token.hash) else {
            throw .unknown
        }
        guard !found.isExpired(at: now) else { throw .expired }
        return found
    }

    // MARK: - Apps

    /// The app for a call. It is the app in `name` (`Top-App`). Without a name it is the only app bound to the method,
    /// or else the default app, or else the only app.
    ///
    /// The token limits which apps are allowed, but does not affect the choice. The app of a call does not depend on
    /// its caller.
    package func resolveApp(
        named name: String?, for method: String, token: AccessToken
    ) throws(AppResolutionError) -> App {
        let app: App
        if let name {
            guard token.allows(app: name) else { throw .forbidden(app: name) }
            guard let found = apps[name] else { throw .unknown(name) }
            app = found
        } else {
            if let unreadable = appOfUnreadableMethods { throw .unreadableBindings(app: unreadable.name) }
            guard let found = boundApp(method) ?? defaultApp ?? onlyApp else {
                throw .unnamed(bound: boundApps(method))
            }
            app = found
            guard token.allows(app: app.name) else { throw .forbidden(app: app.name) }
        }
        guard app.isUsable else { throw .unreadable(app: app.name) }
        return app
    }

    private var onlyApp: App? { apps.count == 1 ? apps.values.first : nil }

    /// The app bound to a method, if there is exactly one.
    private func boundApp(_ method: String) -> App? {
        var bound: App?
        for app in boundExactly[method] ?? [] {
            guard bound == nil || bound === app else { return nil }
            bound = app
        }
        guard !boundByGlob.isEmpty else { return bound }
        let bytes = Array(method.utf8)
        for (glob, app) in boundByGlob where app !== bound && glob.matches(bytes) {
            guard bound == nil else { return nil }
            bound = app
        }
        return bound
    }

    /// The number of apps bound to a method.
    private func boundApps(_ method: String) -> Int {
        let bytes = Array(method.utf8)
        let exact = (boundExactly[method] ?? []).map(\.name)
        return Set(exact + boundByGlob.filter { $0.glob.matches(bytes) }.map(\.app.name)).count
    }

    // MARK: - Sessions

    /// All sessions, in no order.
    package var allSessions: some Sequence<SellerSession> { sessions.values.lazy.flatMap(\.bySeller.values) }

    /// The session for a call with an app. It is the session of the seller in `seller` (`Top-Seller`). Without a seller
    /// it is the app's default session, or else its only one. `now` is in milliseconds since 1970.
    ///
    /// A session that has expired can be used if it can be refreshed. TOP refuses its key, and then it is refreshed.
    ///
    /// It must not be called for methods that need no session.
    package func resolveSession(
        app: App, seller: String?, now: Int64
    ) throws(SessionResolutionError) -> SellerSession {
        guard let known = sessions[app.name] else {
            if let seller { throw .unknown(seller: seller, app: app.name) }
            throw .missing(app: app.name)
        }
        let session: SellerSession
        if let seller {
            guard let found = known.bySeller[ExactText(seller)] else {
                throw .unknown(seller: seller, app: app.name)
            }
            session = found
        } else if let found = known.standard ?? (known.bySeller.count == 1 ? known.bySeller.values.first : nil) {
            session = found
        } else {
            throw .unnamed(app: app.name)
        }
        guard !session.isExpired(at: now) || session.renewal.isPossible(at: now) else {
            throw .expired(seller: session.seller, app: app.name)
        }
        guard session.isUsable else { throw .unreadable(seller: session.seller, app: app.name) }
        return session
    }
}
