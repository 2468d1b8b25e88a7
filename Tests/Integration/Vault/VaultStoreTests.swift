import Crypto
import Postgres
import Testing

@testable import Vault

@Suite("Changing the vault", .serialized)
struct VaultStoreTests {
    private static func input(_ name: String = "a") -> AppInput {
        AppInput(name: name, appKey: "12129701", secret: Secret("top-secret"))
    }

    // MARK: - Apps

    @Test("An app is put, read back opened, changed member by member, and listed without its secret")
    func putsApps() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            var app = Self.input("main")
            app.gatewayURL = .set("https://gw.example/router/rest")
            app.methods = ["tmall.*", "taobao.x"]
            #expect(try await store.putApp(app) == (true, true))
            let opened = try await vault.snapshot().resolveApp(named: "main", for: "m", token: Self.anybody)
            #expect(opened.secret == Secret("top-secret"))
            #expect(opened.gatewayURL == "https://gw.example/router/rest")
            #expect(opened.methods.map(\.pattern) == ["tmall.*", "taobao.x"])
            #expect(opened.signMethod == "hmac-sha256")
            app = AppInput(name: "main", appKey: "2", secret: Secret("other"), signMethod: "md5")
            #expect(try await store.putApp(app) == (false, true))
            let kept = try await vault.snapshot().resolveApp(named: "main", for: "m", token: Self.anybody)
            #expect(kept.gatewayURL == "https://gw.example/router/rest" && kept.methods.count == 2)
            app = AppInput(name: "main", gatewayURL: .clear, methods: [])
            #expect(try await store.putApp(app) == (false, true))
            let again = try await vault.snapshot().resolveApp(named: nil, for: "m", token: Self.anybody)
            #expect(again.secret == Secret("other") && again.appKey == "2" && again.signMethod == "md5")
            #expect(again.gatewayURL == nil && again.methods.isEmpty)
            let records = try await store.listApps()
            #expect(records.map(\.name) == ["main"])
            #expect(records.first?.isDefault == true && records.first?.sessions == 0)
            #expect((records.first?.createdAt ?? 0) > 1_700_000_000_000)
        }
    }

    @Test("The first app is the default one; another takes that over only when told to")
    func movesDefault() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            #expect(try await store.putApp(Self.input("b")).isDefault)
            #expect(try await !store.putApp(Self.input("a")).isDefault)
            #expect(try await store.listApps().filter(\.isDefault).map(\.name) == ["b"])
            var moved = Self.input("a")
            moved.makesDefault = true
            #expect(try await store.putApp(moved).isDefault)
            #expect(try await store.listApps().filter(\.isDefault).map(\.name) == ["a"])
            #expect(try await store.putApp(moved).isDefault)
            #expect(try await store.putApp(Self.input("a")).isDefault)
            try await store.removeApp("a")
            #expect(try await store.listApps().filter(\.isDefault).isEmpty)
            #expect(try await !store.putApp(Self.input("c")).isDefault)
        }
    }

    @Test("Apps that are put at the same time are all there, and exactly one is the default")
    func putsTogether() async throws {
        try await withVault { vault in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<8 {
                    group.addTask(executorPreference: vault.loop) {
                        _ = try await vault.store().putApp(Self.input("app-\(index)"))
                    }
                }
                try await group.waitForAll()
            }
            let records = try await vault.store().listApps()
            #expect(records.count == 8)
            #expect(records.filter(\.isDefault).count == 1)
        }
    }

    @Test("Removing takes exactly the app of the name, and its sessions")
    func removesApps() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            for name in ["a", "ab", "A"] {
                try await store.putApp(Self.input(name))
                try await store.putSession(SessionInput(app: name, seller: "s", key: Secret("k")))
            }
            #expect(try await store.removeApp("a") == 1)
            #expect(try await store.listApps().map(\.name) == ["A", "ab"])
            #expect(try await store.listSessions().map(\.app) == ["A", "ab"])
            guard case .notFound(let what) = await vaultError({ try await store.removeApp("a") }) else {
                Issue.record("not found is expected")
                return
            }
            #expect(what == "app \"a\"")
        }
    }

    @Test("An app that cannot be right is refused by field, without its values")
    func refusesApps() async throws {
        var cases: [(String, AppInput)] = []
        func add(_ field: String, _ change: (inout AppInput) -> Void) {
            var app = Self.input()
            change(&app)
            cases.append((field, app))
        }
        add("app name") { $0.name = "" }
        add("app name") { $0.name = "a b" }
        add("app name") { $0.name = String(repeating: "a", count: 65) }
        add("app name") { $0.name = "店" }
        add("app key") { $0.appKey = "" }
        add("app key") { $0.appKey = "12 34" }
        add("app secret") { $0.secret = Secret("") }
        add("app secret") { $0.secret = Secret("canary-7f3a\n") }
        add("app secret") { $0.secret = Secret("canary-7f3a " + String(repeating: "x", count: 2000)) }
        add("sign method") { $0.signMethod = "MD5" }
        add("gateway URL") { $0.gatewayURL = .set("http://gw.example/") }
        add("gateway URL") { $0.gatewayURL = .set("gw.example") }
        add("method 2") { $0.methods = ["a", "a b"] }
        add("methods") { $0.methods = Array(repeating: "a", count: 257) }
        let inputs = cases
        try await withVault { vault in
            let store = try await vault.store()
            for (field, app) in inputs {
                let error = await vaultError { try await store.putApp(app) }
                guard case .invalid(field, _) = error else {
                    Issue.record("\(field): \(String(describing: error))")
                    continue
                }
                #expect(error?.isInputRefused == true)
                #expect(!"\(String(describing: error))".contains("canary-7f3a"))
            }
            #expect(try await store.listApps().isEmpty)
        }
    }

    @Test("Plain http is taken with leave, or to this machine")
    func allowsHTTP() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            var app = Self.input()
            app.gatewayURL = .set("http://127.0.0.1:9/router/rest")
            try await store.putApp(app)
            app.gatewayURL = .set("http://gw.example/router/rest")
            app.allowsHTTP = true
            try await store.putApp(app)
            #expect(try await store.listApps().first?.allowsHTTP == true)
        }
    }

    // MARK: - Sessions

    @Test("A session is put for any seller's name, read back opened, and listed without its key")
    func putsSessions() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            try await store.putApp(Self.input())
            let sellers = [
                "shop", "旗舰店 一号", "a/b", "o'x\"; DROP TABLE", "caf\u{E9}", "cafe\u{301}", "%_*",
                String(repeating: "店", count: 128),
            ]
            for (index, seller) in sellers.enumerated() {
                let isNew = try await store.putSession(
                    SessionInput(
                        app: "a", seller: seller, key: Secret("session-\(index)"), expiresAt: .set(1_900_000_000_123)))
                #expect(isNew)
            }
            #expect(try await !store.putSession(SessionInput(app: "a", seller: "shop", key: Secret("newer"))))
            let snapshot = try await vault.snapshot()
            let app = try snapshot.resolveApp(named: "a", for: "m", token: Self.anybody)
            for (index, seller) in sellers.enumerated().dropFirst() {
                let session = try snapshot.resolveSession(app: app, seller: seller, now: 1_900_000_000_122)
                #expect(session.key == Secret("session-\(index)") && session.expiresAt == 1_900_000_000_123)
            }
            let shop = try snapshot.resolveSession(app: app, seller: "shop", now: 0)
            #expect(shop.key == Secret("newer") && shop.expiresAt == 1_900_000_000_123)
            #expect(try await store.listSessions(app: "a").count == sellers.count)
            #expect(try await store.listSessions(app: "b").isEmpty)
            #expect(try await store.listApps().first?.sessions == sellers.count)
        }
    }

    @Test("A session that has ended is refused when it is looked up")
    func endsSessions() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            try await store.putApp(Self.input())
            try await store.putSession(
                SessionInput(app: "a", seller: "s", key: Secret("k"), expiresAt: .set(1_600_000_000_000)))
            let snapshot = try await vault.snapshot()
            let app = try snapshot.resolveApp(named: "a", for: "m", token: Self.anybody)
            #expect(throws: SessionResolutionError.expired(seller: "s", app: "a")) {
                try snapshot.resolveSession(app: app, seller: nil, now: 1_800_000_000_000)
            }
        }
    }

    @Test("The default session of an app moves when told to, and other apps keep theirs")
    func movesDefaultSession() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            for app in ["a", "b"] {
                try await store.putApp(Self.input(app))
                try await store.putSession(SessionInput(app: app, seller: "x", key: Secret("k"), makesDefault: true))
            }
            try await store.putSession(SessionInput(app: "a", seller: "y", key: Secret("k")))
            try await store.putSession(SessionInput(app: "a", seller: "z", key: Secret("k"), makesDefault: true))
            try await store.putSession(SessionInput(app: "a", seller: "z", key: Secret("k2")))
            let standard = try await store.listSessions().filter(\.isDefault).map { "\($0.app)/\($0.seller)" }
            #expect(standard == ["a/z", "b/x"])
            try await store.removeSession(app: "a", seller: "z")
            #expect(try await store.listSessions(app: "a").map(\.seller) == ["x", "y"])
        }
    }

    @Test("A session that cannot be right is refused by field, without its key")
    func refusesSessions() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            try await store.putApp(Self.input())
            let long = String(repeating: "s", count: 129)
            for seller in ["", long, "a\u{0}", "a\n", " a", "a "] {
                let error = await vaultError {
                    try await store.putSession(SessionInput(app: "a", seller: seller, key: Secret("k")))
                }
                guard case .invalid("seller", _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            for key in ["", "canary-9b1c\n", "canary-9b1c x", "canary-9b1c-会话"] {
                let error = await vaultError {
                    try await store.putSession(SessionInput(app: "a", seller: "s", key: Secret(key)))
                }
                guard case .invalid("session", _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(!"\(String(describing: error))".contains("canary-9b1c"))
            }
            for time in [-1, 253_402_300_800_000] as [Int64] {
                let error = await vaultError {
                    try await store.putSession(
                        SessionInput(app: "a", seller: "s", key: Secret("k"), expiresAt: .set(time)))
                }
                guard case .invalid("expiry", _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            for change in ["nowhere", "A"] {
                let error = await vaultError {
                    try await store.putSession(SessionInput(app: change, seller: "s", key: Secret("k")))
                }
                guard case .notFound("app \"\(change)\"") = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            guard case .notFound = await vaultError({ try await store.removeSession(app: "a", seller: "s") }) else {
                Issue.record("not found is expected")
                return
            }
            #expect(try await store.listSessions().isEmpty)
        }
    }

    private static let anybody = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay])
}
