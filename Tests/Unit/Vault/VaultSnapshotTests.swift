import Crypto
import Testing

@testable import Vault

@Suite("Looking things up in a snapshot")
struct VaultSnapshotTests {
    private static let everything = AccessToken(id: "00000000000000", name: "all", hash: [], scopes: [.relay])

    private func app(_ name: String, isDefault: Bool = false, methods: [String] = []) -> App {
        App(
            name: name, appKey: "1", secret: Secret("s"), isDefault: isDefault,
            methods: methods.compactMap { MethodGlob($0) })
    }

    private func session(
        _ seller: String, app: String = "a", expiresAt: Int64? = nil, isDefault: Bool = false
    ) -> SellerSession {
        SellerSession(app: app, seller: seller, key: Secret("k"), expiresAt: expiresAt, isDefault: isDefault)
    }

    private func snapshot(
        apps: [App] = [], sessions: [SellerSession] = [], tokens: [AccessToken] = [], keys: [SystemKey] = []
    ) -> VaultSnapshot {
        VaultSnapshot(revision: 1, apps: apps, sessions: sessions, tokens: tokens, keys: keys)
    }

    // MARK: - Apps

    @Test("A name in the header wins over everything")
    func namedApp() throws {
        let vault = snapshot(apps: [app("a", isDefault: true), app("b", methods: ["m.x"]), app("c")])
        #expect(try vault.resolveApp(named: "c", for: "m.x", token: Self.everything).name == "c")
    }

    @Test("Without a name: the one app bound to the method, else the default one, else the only one")
    func unnamedApp() throws {
        let bound = snapshot(apps: [app("a", isDefault: true), app("b", methods: ["m.*", "m.x"])])
        #expect(try bound.resolveApp(named: nil, for: "m.x", token: Self.everything).name == "b")
        #expect(try bound.resolveApp(named: nil, for: "m.y", token: Self.everything).name == "b")
        #expect(try bound.resolveApp(named: nil, for: "n.x", token: Self.everything).name == "a")
        let single = snapshot(apps: [app("z")])
        #expect(try single.resolveApp(named: nil, for: "m.x", token: Self.everything).name == "z")
    }

    @Test("Two apps bound to a method are not one: the default app is used, or the header must name one")
    func severalBoundApps() throws {
        for other in ["m.x", "m.*"] {
            let apps = [app("a", methods: ["m.x"]), app("b", methods: [other])]
            #expect(throws: AppResolutionError.unnamed(bound: 2)) {
                try snapshot(apps: apps).resolveApp(named: nil, for: "m.x", token: Self.everything)
            }
            let withDefault = snapshot(apps: apps + [app("c", isDefault: true)])
            #expect(try withDefault.resolveApp(named: nil, for: "m.x", token: Self.everything).name == "c")
        }
    }

    @Test("Several apps without a default, or none at all: the refusal names the header")
    func ambiguousApp() {
        for apps in [[], [app("a"), app("b")]] {
            #expect(throws: AppResolutionError.unnamed(bound: 0)) {
                try snapshot(apps: apps).resolveApp(named: nil, for: "m.x", token: Self.everything)
            }
        }
        #expect("\(AppResolutionError.unnamed(bound: 0))".contains("Top-App must name the app: no app is bound"))
        #expect("\(AppResolutionError.unnamed(bound: 2))".contains("Top-App must name the app: 2 apps are bound"))
    }

    @Test("A name that is not known is refused as such")
    func unknownApp() {
        #expect(throws: AppResolutionError.unknown("x")) {
            try snapshot(apps: [app("a")]).resolveApp(named: "x", for: "m", token: Self.everything)
        }
    }

    @Test("A token's apps narrow what is allowed, never what is chosen")
    func tokensApps() throws {
        let token = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay], apps: ["b"])
        let vault = snapshot(apps: [app("a", isDefault: true), app("b")])
        #expect(try vault.resolveApp(named: "b", for: "m", token: token).name == "b")
        #expect(throws: AppResolutionError.forbidden(app: "a")) {
            try vault.resolveApp(named: "a", for: "m", token: token)
        }
        #expect(throws: AppResolutionError.forbidden(app: "a")) {
            try vault.resolveApp(named: nil, for: "m", token: token)
        }
        #expect(throws: AppResolutionError.forbidden(app: "nowhere")) {
            try vault.resolveApp(named: "nowhere", for: "m", token: token)
        }
    }

    @Test(
        "An app whose seal does not open, or whose addressing cannot be read, is chosen as ever, and refused",
        arguments: [(nil, AppAddressing()), (Secret("s"), nil)] as [(Secret?, AppAddressing?)])
    func unreadableApp(secret: Secret?, addressing: AppAddressing?) {
        let broken = App(
            name: "a", appKey: "1", openedSecret: secret, gatewayURL: nil, allowsHTTP: false, signMethod: "md5",
            addressing: addressing, auth: AppAuth(), isDefault: true, readableMethods: [], pause: AppPause())
        let vault = snapshot(apps: [broken, app("b")])
        #expect(throws: AppResolutionError.unreadable(app: "a")) {
            try vault.resolveApp(named: nil, for: "m", token: Self.everything)
        }
    }

    // MARK: - Sessions

    @Test("A seller is found by name, whatever text the name is, by its bytes")
    func namedSeller() throws {
        let composed = "caf\u{E9} 店铺/一 %"
        let decomposed = "cafe\u{301} 店铺/一 %"
        let vault = snapshot(apps: [app("a")], sessions: [session(composed), session("x", app: "b")])
        #expect(try vault.resolveSession(app: app("a"), seller: composed, now: 0).seller == composed)
        #expect(throws: SessionResolutionError.self) {
            try vault.resolveSession(app: app("a"), seller: decomposed, now: 0)
        }
        #expect(throws: SessionResolutionError.unknown(seller: "x", app: "a")) {
            try vault.resolveSession(app: app("a"), seller: "x", now: 0)
        }
        let both = snapshot(sessions: [session(composed, expiresAt: 1), session(decomposed)])
        #expect(try both.resolveSession(app: app("a"), seller: decomposed, now: 5).expiresAt == nil)
    }

    @Test("Without a name: the app's default session, else its only one, else a refusal that names the header")
    func unnamedSeller() throws {
        let single = snapshot(sessions: [session("x"), session("y", app: "b")])
        #expect(try single.resolveSession(app: app("a"), seller: nil, now: 0).seller == "x")
        let several = snapshot(sessions: [session("x"), session("y", isDefault: true), session("z")])
        #expect(try several.resolveSession(app: app("a"), seller: nil, now: 0).seller == "y")
        let none = snapshot(sessions: [session("x"), session("y")])
        #expect(throws: SessionResolutionError.unnamed(app: "a")) {
            try none.resolveSession(app: app("a"), seller: nil, now: 0)
        }
        #expect("\(SessionResolutionError.unnamed(app: "a"))".contains("Top-Seller"))
        #expect(throws: SessionResolutionError.missing(app: "a")) {
            try snapshot().resolveSession(app: app("a"), seller: nil, now: 0)
        }
        #expect(throws: SessionResolutionError.unknown(seller: "x", app: "a")) {
            try snapshot().resolveSession(app: app("a"), seller: "x", now: 0)
        }
    }

    @Test("A session ends at its time, to the millisecond")
    func expiredSession() throws {
        let vault = snapshot(sessions: [session("x", expiresAt: 1000)])
        #expect(try vault.resolveSession(app: app("a"), seller: "x", now: 999).seller == "x")
        #expect(throws: SessionResolutionError.expired(seller: "x", app: "a")) {
            try vault.resolveSession(app: app("a"), seller: "x", now: 1000)
        }
        #expect(throws: SessionResolutionError.expired(seller: "x", app: "a")) {
            try vault.resolveSession(app: app("a"), seller: nil, now: 1000)
        }
    }

    @Test("A session whose seal does not open is refused")
    func unreadableSession() {
        let broken = SellerSession(
            app: "a", seller: "x", openedKey: nil, expiresAt: nil, isDefault: true, renewal: .none)
        #expect(throws: SessionResolutionError.unreadable(seller: "x", app: "a")) {
            try snapshot(sessions: [broken]).resolveSession(app: app("a"), seller: nil, now: 0)
        }
    }

    // MARK: - Callers

    @Test("A token is known by its text, in a header of any case of its scheme")
    func tokenIsKnownByItsText() throws {
        let made = try NewToken()
        let token = AccessToken(id: made.id, name: "shop", hash: made.hash, scopes: [.relay], expiresAt: 1000)
        let vault = snapshot(tokens: [token])
        let text = made.text.text
        #expect(try vault.authenticate(bearer: text, now: 0).name == "shop")
        for scheme in ["Bearer ", "bearer ", "BEARER   "] {
            #expect(try vault.authenticate(authorization: scheme + text, now: 0).name == "shop")
        }
        #expect(throws: AuthenticationError.expired) { try vault.authenticate(bearer: text, now: 1000) }
    }

    @Test("Everything that is not quite a token is refused")
    func refusesCallers() throws {
        let made = try NewToken()
        let vault = snapshot(tokens: [AccessToken(id: made.id, name: "shop", hash: made.hash, scopes: [.relay])])
        let text = made.text.text
        #expect(throws: AuthenticationError.missing) { try vault.authenticate(authorization: nil, now: 0) }
        for header in ["", "Bearer", "Bearer ", "Basic \(text)", text, "Bearer\(text)", "Bearer x"] {
            #expect(throws: AuthenticationError.malformed) {
                try vault.authenticate(authorization: header, now: 0)
            }
        }
        let stranger = try NewToken()
        let mixed = "trk_\(made.id)_" + stranger.text.text.suffix(43)
        for wrong in [stranger.text.text, mixed, String(text.dropLast()), text + "x"] {
            #expect(throws: AuthenticationError.unknown) { try vault.authenticate(bearer: wrong, now: 0) }
        }
    }

    @Test("A token allows its scopes, its apps and its methods, and what it does not limit")
    func tokenAllowsItsScopes() throws {
        let token = AccessToken(
            id: "0", name: "t", hash: [], scopes: [.relay], apps: ["a"],
            methods: [try #require(MethodGlob("tmall.*")), try #require(MethodGlob("taobao.x"))])
        #expect(token.allows(.relay) && !token.allows(.auditRead) && !token.allows(.admin))
        #expect(token.allows(app: "a") && !token.allows(app: "b"))
        #expect(
            token.allows(method: "tmall.y") && token.allows(method: "taobao.x") && !token.allows(method: "taobao.xy"))
        #expect(Self.everything.allows(app: "b") && Self.everything.allows(method: "any"))
    }

    @Test("The newest version of a key comes first")
    func keyVersions() {
        let keys = [1, 3, 2].map { SystemKey(name: .fingerprint, version: $0, secret: Secret("\($0)")) }
        let vault = snapshot(keys: keys)
        #expect(vault.keys(.fingerprint).map(\.version) == [3, 2, 1])
        #expect(vault.keys(.idempotency).isEmpty)
    }

    @Test("Nothing that is printed of a snapshot's parts holds a secret")
    func printsNoSecret() {
        let secret = "canary-51e7"
        let app = App(name: "a", appKey: "1", secret: Secret(secret))
        let session = SellerSession(app: "a", seller: "x", key: Secret(secret))
        let key = SystemKey(name: .fingerprint, version: 1, secret: Secret(secret))
        var dumped = ""
        dump(app, to: &dumped)
        dump(session, to: &dumped)
        dump(key, to: &dumped)
        #expect(dumped.contains("***"))
        #expect(!"\(dumped) \(key) \(String(reflecting: key))".contains(secret))
    }
}
