import JSON
package import Problems
package import Requests
import Vault

extension AdminHandlers {
    /// `GET /v1/admin/apps/{app}/sessions`: one page of the app's sessions, by seller.
    package func sessionsOfApp(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let app = try request.names.app
        let page = try AdminPage(request.query, keyParts: 2)
        return try await list(request, page, app: app, expiringWithin: nil)
    }

    /// `GET /v1/admin/sessions`: one page of the sessions of all apps, by app and seller.
    package func sessions(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let page = try AdminPage(request.query, keyParts: 2)
        let within = try request.query.value(of: AdminParameters.expiringWithin)
        return try await list(request, page, app: nil, expiringWithin: within)
    }

    private func list(
        _ request: AuthorizedRequest, _ page: AdminPage, app: String?, expiringWithin: Int64?
    ) async throws(Problem) -> Reply {
        let last = page.after.map { SessionName(app: $0[0], seller: $0[1]) }
        let sessions = try await onVault(for: request) { store throws(VaultError) in
            try await store.listSessions(
                app: app, after: last, expiringWithin: expiringWithin, limit: page.fetched)
        }
        return page.reply(sessions, key: { [$0.app, $0.seller] }, write: { $0.write(to: &$1) })
    }

    /// `GET /v1/admin/apps/{app}/sessions/{seller}`: one session.
    package func session(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (app, seller) = (try request.names.app, try request.names.seller)
        let session = try await onVault(for: request) { store throws(VaultError) in
            try await store.session(app: app, seller: seller)
        }
        return .entity(session.version) { session.write(to: &$0) }
    }

    /// `PUT /v1/admin/apps/{app}/sessions/{seller}`: makes a session, or changes what is given.
    package func putSession(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (app, seller) = (try request.names.app, try request.names.seller)
        var body = try AdminBody(request.body)
        let patch = Self.readSession(&body, app: app, seller: seller)
        try body.finish(shown: SessionRecord.shownMembers)
        let condition = try request.condition
        let (isNew, session) = try await onVault(for: request) { store throws(VaultError) in
            let isNew = try await store.putSession(patch, if: condition)
            return (isNew, try await store.session(app: app, seller: seller))
        }
        return .entity(session.version, status: isNew ? 201 : 200) { session.write(to: &$0) }
    }

    /// The members of a session. The caller ends the reading.
    static func readSession(_ body: inout AdminBody, app: String, seller: String) -> SessionInput {
        SessionInput(
            app: app, seller: seller, key: body.secret("session"), expiresAt: body.time("expires_at"),
            makesDefault: body.flag("default"), refreshToken: body.secret("refresh_token"),
            refreshExpiresAt: body.time("refresh_expires_at"))
    }

    /// `DELETE /v1/admin/apps/{app}/sessions/{seller}`: removes a session.
    package func removeSession(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (app, seller) = (try request.names.app, try request.names.seller)
        let condition = try request.condition
        try await onVault(for: request) { store throws(VaultError) in
            try await store.removeSession(app: app, seller: seller, if: condition)
        }
        return .removed
    }
}
