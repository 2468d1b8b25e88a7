import JSON

/// A ban that TOP put on an app, or on a method of an app. All replicas share it. Times are in milliseconds since 1970.
package struct VaultBan: Sendable, Equatable {
    /// The app's name.
    package let app: String
    /// The banned method; nil for the whole app.
    package let method: String?
    /// When it ends.
    package let endsAt: Int64
    /// When it was recorded.
    package let madeAt: Int64
    /// TOP's sub_code or code.
    package let code: String?

    /// A ban.
    package init(app: String, method: String?, endsAt: Int64, madeAt: Int64, code: String?) {
        self.app = app
        self.method = method
        self.endsAt = endsAt
        self.madeAt = madeAt
        self.code = code
    }
}

/// What replicas tell each other about bans.
package enum BanNotice: Sendable, Equatable {
    /// TOP has put a ban on an app, or on a method of it.
    case banned(VaultBan)
    /// An operator has lifted the ban of a method; every ban of the app if `method` is nil.
    case lifted(app: String, method: String?)
    /// All bans in force, after a connection was made.
    case all([VaultBan])

    /// Reads the payload of a notification; nil for another text.
    init?(payload: String) {
        guard let root = try? JSONDocument(payload).root, root.kind == .object, let app = root["app"]?.string else {
            return nil
        }
        let method = root["method"]?.string
        guard let end = root["ends_at"]?.integer else {
            self = .lifted(app: app, method: method)
            return
        }
        self = .banned(
            VaultBan(
                app: app, method: method, endsAt: Int64(end), madeAt: Int64(root["made_at"]?.integer ?? 0),
                code: root["code"]?.string))
    }

    /// The payload of a notification that lifts bans.
    static func lifting(app: String, method: String?) -> String {
        VaultStore.object { json in
            json.name("app")
            json.string(app)
            if let method {
                json.name("method")
                json.string(method)
            }
        }
    }
}
