import JSON
package import Problems
package import Requests
import TOP
import Vault

extension AdminHandlers {
    /// `GET /v1/admin/apps`: one page of apps, by name.
    package func apps(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let page = try AdminPage(request.query, keyParts: 1)
        let apps = try await onVault(for: request) { store throws(VaultError) in
            try await store.listApps(after: page.after?[0], limit: page.fetched)
        }
        return page.reply(apps, key: { [$0.name] }, write: { $0.write(to: &$1) })
    }

    /// `GET /v1/admin/apps/{app}`: one app.
    package func app(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let name = try request.names.app
        let app = try await onVault(for: request) { store throws(VaultError) in try await store.app(named: name) }
        return .entity(app.version) { app.write(to: &$0) }
    }

    /// `PUT /v1/admin/apps/{app}`: makes an app, or changes what is given.
    package func putApp(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let patch = try Self.readApp(request.body, named: try request.names.app)
        let condition = try request.condition
        let (isNew, app) = try await onVault(for: request) { store throws(VaultError) in
            let isNew = try await store.putApp(patch, if: condition).isNew
            return (isNew, try await store.app(named: patch.name))
        }
        return .entity(app.version, status: isNew ? 201 : 200) { app.write(to: &$0) }
    }

    private static func readApp(_ bytes: [UInt8], named name: String) throws(Problem) -> AppInput {
        var body = try AdminBody(bytes)
        let input = AppInput(
            name: name, appKey: body.text("app_key"), secret: body.secret("secret"),
            gatewayURL: body.removableText("gateway"), signMethod: body.text("sign_method"),
            allowsHTTP: body.flag("allow_http"), kind: body.word("kind"),
            targetAppKey: body.removableText("target_app_key"), customerID: body.removableText("customer_id"),
            constants: body.constants("params"),
            auth: AppAuthInput(
                exchange: body.word("auth"), authorizeURL: body.removableText("oauth_authorize_url"),
                tokenURL: body.removableText("oauth_token_url")),
            makesDefault: body.flag("default"), methods: body.texts("methods"), proxy: body.proxy())
        try body.finish(shown: AppRecord.shownMembers)
        return input
    }

    /// `DELETE /v1/admin/apps/{app}`: removes an app and its sessions.
    package func removeApp(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (name, condition) = (try request.names.app, try request.condition)
        _ = try await onVault(for: request) { store throws(VaultError) in
            try await store.removeApp(name, if: condition)
        }
        return .removed
    }

    /// `POST /v1/admin/apps/{app}/pause` and `/resume`, for the app or for `{"method":GLOB}`.
    package func pauseApp(_ request: AuthorizedRequest, isPaused: Bool) async throws(Problem) -> Reply {
        let (name, condition) = (try request.names.app, try request.condition)
        var method: String?
        if !request.body.isEmpty {
            var body = try AdminBody(request.body)
            method = body.text("method")
            try body.finish()
        }
        let app = try await onVault(for: request) { store throws(VaultError) in
            try await store.pauseApp(name, method: method, isPaused: isPaused, if: condition)
            return try await store.app(named: name)
        }
        return .entity(app.version) { app.write(to: &$0) }
    }
}
