import Crypto

/// The vault as it stood at one revision, opened: what the path of a call looks things up in, without a query.
package final class VaultSnapshot: Sendable {
    /// The vault's revision that this is.
    package let revision: Int64
    /// Rows that cannot be used. Those whose seal did not open are `table/primary key`, and those with a value that
    /// cannot be read are `table/name: column`. They are found, but refused.
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

    /// A snapshot of these rows.
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

    /// How many apps, sessions and tokens there are.
    package var counts: (apps: Int, sessions: Int, tokens: Int) {
        (apps.count, sessions.values.reduce(0) { $0 + $1.bySeller.count }, tokens.count)
    }

    /// The app of a name, also where it cannot be used.
    package func app(named name: String) -> App? { apps[name] }

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

    /// The caller that an `Authorization` header's value stands for; `now` in milliseconds since 1970.
    package func authenticate(
        authorization header: String?, now: Int64
    ) throws(AuthenticationRefusal) -> AccessToken {
        let bytes = header.map { Array($0.utf8)[...] }
        return try authenticate(token: try Self.token(inAuthorization: bytes), now: now)
    }

    /// The token's text in the value of an `Authorization` header.
    static func token(inAuthorization header: ArraySlice<UInt8>?) throws(AuthenticationRefusal) -> ArraySlice<UInt8> {
        guard let header else { throw .missing }
        guard header.count > scheme.count, isBearer(header) else { throw .malformed }
        return header[(header.startIndex + scheme.count)...].drop { $0 == UInt8(ascii: " ") }
    }

    /// The caller of the token `bearer` (`trk_…`); `now` in milliseconds since 1970.
    package func authenticate(bearer: String, now: Int64) throws(AuthenticationRefusal) -> AccessToken {
        try authenticate(token: Array(bearer.utf8)[...], now: now)
    }

    private static let scheme = Array("bearer ".utf8)

    private static func isBearer(_ header: ArraySlice<UInt8>) -> Bool {
        for index in scheme.indices where header[header.startIndex + index] | 0x20 != scheme[index] | 0x20 {
            return false
        }
        return true
    }

    /// The caller of a token's text.
    func authenticate(
        token: ArraySlice<UInt8>, now: Int64
    ) throws(AuthenticationRefusal) -> AccessToken {
        guard let text = TokenText(token) else { throw .malformed }
        guard let found = tokens[text.id], let hash = try? TokenText.hash(ofSecret: text.secret),
            ConstantTime.equal(hash, found.hash)
        else { throw .unknown }
        guard !found.isExpired(at: now) else { throw .expired }
        return found
    }

    /// The token as it stands here, for one that an earlier or later copy has accepted. `now` is in milliseconds since
    /// 1970. No secret is hashed: the two tokens have the same secret if their hashes are equal.
    package func renew(_ token: AccessToken, now: Int64) throws(AuthenticationRefusal) -> AccessToken {
        guard let found = tokens[token.id], found === token || ConstantTime.equal(found.hash, token.hash) else {
            throw .unknown
        }
        guard !found.isExpired(at: now) else { throw .expired }
        return found
    }

    // MARK: - Apps

    /// The app for a call of `method` by `token`: the one that `name` (`Top-App`) names; without a name the one app
    /// that is bound to the method, else the default app, else the only one.
    ///
    /// A token's apps narrow what is allowed, never what is chosen: which app a call uses does not depend on the
    /// caller.
    package func resolveApp(
        named name: String?, for method: String, token: AccessToken
    ) throws(AppRefusal) -> App {
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

    /// The app bound to a method, when it is exactly one.
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

    /// How many apps are bound to a method.
    private func boundApps(_ method: String) -> Int {
        let bytes = Array(method.utf8)
        let exact = (boundExactly[method] ?? []).map(\.name)
        return Set(exact + boundByGlob.filter { $0.glob.matches(bytes) }.map(\.app.name)).count
    }

    // MARK: - Sessions

    /// The session for a call with `app`: the seller's that `seller` (`Top-Seller`) names; without a name the app's
    /// default one, else its only one. `now` in milliseconds since 1970.
    ///
    /// Not to be asked for methods that need no session.
    package func resolveSession(
        app: App, seller: String?, now: Int64
    ) throws(SessionRefusal) -> SellerSession {
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
        guard !session.isExpired(at: now) else { throw .expired(seller: session.seller, app: app.name) }
        guard session.isUsable else { throw .unreadable(seller: session.seller, app: app.name) }
        return session
    }
}
