import Crypto
import JSON
import Problems
import TOP
import Time
import Vault

extension JSONWriter {
    fileprivate mutating func text(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    fileprivate mutating func flag(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    fileprivate mutating func texts(_ name: String, _ values: [String]) {
        self.name(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    /// Writes a time in milliseconds since 1970, unless it is nil.
    fileprivate mutating func time(_ name: String, _ value: Int64?) {
        optional(name, value.map { RFC3339.text(epochMilliseconds: $0) })
    }
}

extension AppRecord {
    /// The members that cannot be changed.
    static let shownMembers: Set<String> = [
        "name", "paused", "paused_methods", "sessions", "fingerprint", "proxy_password_fingerprint", "created_at",
        "updated_at", "author",
    ]

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.text("name", name)
        json.text("app_key", appKey)
        json.optional("gateway", gatewayURL)
        json.flag("allow_http", allowsHTTP)
        json.text("sign_method", signMethod)
        json.flag("default", isDefault)
        json.texts("methods", methods)
        json.text("kind", kind)
        json.optional("target_app_key", targetAppKey)
        json.optional("customer_id", customerID)
        json.texts("params", constants.map { "\($0.name)=\($0.value)" })
        json.flag("paused", isPaused)
        json.texts("paused_methods", pausedMethods)
        json.name("sessions")
        json.integer(sessions)
        json.optional("fingerprint", fingerprint)
        json.text("auth", auth)
        json.optional("oauth_authorize_url", authorizeURL)
        json.optional("oauth_token_url", tokenURL)
        json.optional("proxy", proxyURL)
        json.optional("proxy_password_fingerprint", proxyPasswordFingerprint)
        json.time("created_at", createdAt)
        json.time("updated_at", updatedAt)
        json.optional("author", author)
        json.endObject()
    }
}

extension SessionRecord {
    /// The members that cannot be changed.
    static let shownMembers: Set<String> = [
        "app", "seller", "state", "issued_at", "refreshable", "refresh_after", "refresh_failures", "refresh_error",
        "refresh_token_fingerprint", "taobao_user_id", "taobao_user_nick", "last_success_at", "last_refusal_at",
        "last_refusal", "fingerprint", "created_at", "updated_at", "author",
    ]

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.text("app", app)
        json.text("seller", seller)
        json.text("state", health.state.rawValue)
        json.time("expires_at", expiresAt)
        json.flag("default", isDefault)
        json.optional("fingerprint", fingerprint)
        json.time("issued_at", health.issuedAt)
        json.flag("refreshable", health.isRefreshable)
        json.optional("refresh_token_fingerprint", refreshTokenFingerprint)
        json.time("refresh_expires_at", health.refreshExpiresAt)
        json.time("refresh_after", health.refreshAfter)
        json.name("refresh_failures")
        json.integer(health.refreshFailures)
        json.optional("refresh_error", health.refreshError)
        json.optional("taobao_user_id", health.userID)
        json.optional("taobao_user_nick", health.userNick)
        json.time("last_success_at", health.lastSuccessAt)
        json.time("last_refusal_at", health.lastRefusalAt)
        json.optional("last_refusal", health.lastRefusal)
        json.time("created_at", createdAt)
        json.time("updated_at", updatedAt)
        json.optional("author", author)
        json.endObject()
    }
}

extension TokenRecord {
    /// The members that cannot be given.
    static let shownMembers: Set<String> = [
        "id", "fingerprint", "previous_until", "last_used_at", "created_at", "updated_at", "author", "token",
    ]

    /// - Parameter text: the token's text, once.
    func write(to json: inout JSONWriter, text: Secret? = nil) {
        json.beginObject()
        json.text("name", name)
        if let text {
            json.name("token")
            json.string(utf8: text.bytes)
        }
        json.texts("scopes", scopes.map(\.rawValue))
        json.texts("apps", apps)
        json.texts("methods", methods)
        json.texts("sellers", sellers)
        json.optional("rate", limits.rate.map(CallRate.text))
        if let concurrency = limits.concurrency {
            json.name("concurrency")
            json.integer(concurrency)
        }
        json.texts("callbacks", callbacks)
        json.time("expires_at", expiresAt)
        json.text("id", id)
        json.text("fingerprint", fingerprint)
        json.time("previous_until", previousUntil)
        json.time("last_used_at", lastUsedAt)
        json.time("created_at", createdAt)
        json.time("updated_at", updatedAt)
        json.optional("author", author)
        json.endObject()
    }
}

extension VaultBan {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.text("app", app)
        json.optional("method", method)
        json.time("ends_at", endsAt)
        json.time("made_at", madeAt)
        json.optional("code", code)
        json.endObject()
    }
}

extension ChangeEvent {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("id")
        json.integer(Int(id))
        json.time("at", at)
        json.text("actor", actor)
        json.text("origin", origin)
        json.text("action", action)
        json.text("object", object)
        json.name("detail")
        json.raw(detail.utf8)
        json.endObject()
    }
}
