import AdminAPI
import Problems
import Requests
import Vault

extension OperationTable {
    /// The operations of administration.
    static let admin: [Operation] = appOperations + sessionOperations + tokenOperations + stateOperations

    private static func patch(_ schema: String, _ example: String) -> BodyDescription {
        BodyDescription(schema: ##"{"$ref": "#/components/schemas/\##(schema)"}"##, example: example)
    }

    private static let appOperations: [Operation] = [
        Operation(
            .get, "/v1/admin/apps", id: "listApps", scope: .admin, "The apps, by name",
            query: .declared(AdminParameters.page), responses: [.json(schema: "Apps")],
            handler: .admin { request, admin async throws(Problem) in try await admin.apps(request) }),
        Operation(
            .get, "/v1/admin/apps/{app}", id: "app", scope: .admin, "One app, with its ETag",
            responses: [.json(schema: "App")],
            handler: .admin { request, admin async throws(Problem) in try await admin.app(request) }),
        Operation(
            .put, "/v1/admin/apps/{app}", id: "putApp", scope: .admin,
            "Makes an app, or changes what is given", headers: HeaderDescription.ofChanges,
            body: patch("AppPatch", #"{"app_key": "12129701", "secret": "SECRET", "methods": ["taobao.trade.*"]}"#),
            responses: [.json(200, "Changed.", schema: "App"), .json(201, "Made.", schema: "App")],
            handler: .admin { request, admin async throws(Problem) in try await admin.putApp(request) }),
        Operation(
            .delete, "/v1/admin/apps/{app}", id: "removeApp", scope: .admin, "Removes an app and its sessions",
            headers: HeaderDescription.ofChanges, responses: [.empty(204, "Removed.")],
            handler: .admin { request, admin async throws(Problem) in try await admin.removeApp(request) }),
        pausing("pause", "Pauses the calls of an app, or of some methods of it", isPaused: true),
        pausing("resume", "Resumes them", isPaused: false),
    ]

    private static func pausing(_ word: String, _ summary: String, isPaused: Bool) -> Operation {
        var body = patch("PausedMethods", #"{"method": "taobao.trade.*"}"#)
        body.isRequired = false
        return Operation(
            .post, PathPattern(stringLiteral: "/v1/admin/apps/{app}/\(word)"), id: "\(word)App", scope: .admin,
            summary, headers: HeaderDescription.ofChanges, body: body, responses: [.json(200, "Done.", schema: "App")],
            handler: .admin { request, admin async throws(Problem) in
                try await admin.pauseApp(request, isPaused: isPaused)
            })
    }

    private static let sessionOperations: [Operation] = [
        Operation(
            .get, "/v1/admin/apps/{app}/sessions", id: "listSessionsOfApp", scope: .admin,
            "The sessions of an app, by seller", query: .declared(AdminParameters.page),
            responses: [.json(schema: "Sessions")],
            handler: .admin { request, admin async throws(Problem) in try await admin.sessionsOfApp(request) }),
        Operation(
            .put, "/v1/admin/apps/{app}/sessions", id: "importSessions", scope: .admin,
            "Makes or changes many sessions: a JSON object a line, and an answer for each line",
            body: BodyDescription(
                schema: #"{"type": "string", "format": "binary"}"#, example: nil, mediaType: BodyDescription.lines),
            bodyLimit: AdminHandlers.maximumImportBytes,
            responses: [
                // Generators of clients know the type for lines only beside one for text.
                .text(
                    "`{\"seller\",\"status\"}` a line, and `detail` for a fault.", as: "application/x-ndjson",
                    "text/plain")
            ],
            handler: .sessionImport),
        Operation(
            .get, "/v1/admin/apps/{app}/sessions/{seller}", id: "session", scope: .admin,
            "One session, with its ETag", responses: [.json(schema: "Session")],
            handler: .admin { request, admin async throws(Problem) in try await admin.session(request) }),
        Operation(
            .put, "/v1/admin/apps/{app}/sessions/{seller}", id: "putSession", scope: .admin,
            "Makes a session, or changes what is given", headers: HeaderDescription.ofChanges,
            body: patch("SessionPatch", #"{"session": "KEY", "expires_at": "2027-01-31T08:00:00Z"}"#),
            responses: [.json(200, "Changed.", schema: "Session"), .json(201, "Made.", schema: "Session")],
            handler: .admin { request, admin async throws(Problem) in try await admin.putSession(request) }),
        Operation(
            .delete, "/v1/admin/apps/{app}/sessions/{seller}", id: "removeSession", scope: .admin,
            "Removes a session", headers: HeaderDescription.ofChanges, responses: [.empty(204, "Removed.")],
            handler: .admin { request, admin async throws(Problem) in try await admin.removeSession(request) }),
        Operation(
            .get, "/v1/admin/sessions", id: "listSessions", scope: .admin,
            "The sessions of all apps: state, end, last success, last refusal",
            query: .declared(AdminParameters.sessions), responses: [.json(schema: "Sessions")],
            handler: .admin { request, admin async throws(Problem) in try await admin.sessions(request) }),
    ]

    private static let tokenOperations: [Operation] = [
        Operation(
            .get, "/v1/admin/tokens", id: "listTokens", scope: .admin, "The tokens, by name",
            query: .declared(AdminParameters.page), responses: [.json(schema: "Tokens")],
            handler: .admin { request, admin async throws(Problem) in try await admin.tokens(request) }),
        Operation(
            .post, "/v1/admin/tokens", id: "createToken", scope: .admin,
            "Makes a token; the response has its text, once",
            body: patch("NewToken", #"{"name": "erp", "scopes": ["relay"], "rate": "50/s", "expires_in": "90d"}"#),
            responses: [.json(201, "Made.", schema: "CreatedToken")],
            handler: .admin { request, admin async throws(Problem) in try await admin.createToken(request) }),
        Operation(
            .get, "/v1/admin/tokens/{token}", id: "token", scope: .admin, "One token, with its ETag",
            responses: [.json(schema: "Token")],
            handler: .admin { request, admin async throws(Problem) in try await admin.token(request) }),
        Operation(
            .delete, "/v1/admin/tokens/{token}", id: "removeToken", scope: .admin,
            "Withdraws a token, in every replica within a second", headers: HeaderDescription.ofChanges,
            responses: [.empty(204, "Withdrawn.")],
            handler: .admin { request, admin async throws(Problem) in try await admin.removeToken(request) }),
    ]

    private static let stateOperations: [Operation] = [
        Operation(
            .get, "/v1/admin/bans", id: "listBans", scope: .admin, "The bans of TOP that are in force",
            query: .declared(AdminParameters.bans), responses: [.json(schema: "Bans")],
            handler: .admin { request, admin async throws(Problem) in try await admin.bans(request) }),
        Operation(
            .delete, "/v1/admin/bans", id: "liftBans", scope: .admin,
            "Lifts the bans of an app, or of one method of it, in every replica",
            query: .declared(AdminParameters.ban), responses: [.empty(204, "Lifted.")],
            handler: .admin { request, admin async throws(Problem) in try await admin.liftBans(request) }),
        Operation(
            .get, "/v1/admin/catalog", id: "catalog", scope: .admin, "The state of the replica's catalog",
            responses: [.json(schema: "AdminCatalog")],
            handler: .admin { request, admin async throws(Problem) in admin.catalog(request) }),
        Operation(
            .get, "/v1/admin/events", id: "listEvents", scope: .admin,
            "Changes of the vault and readings of sealed requests, newest first",
            query: .declared(AdminParameters.page), responses: [.json(schema: "ChangeEvents")],
            handler: .admin { request, admin async throws(Problem) in try await admin.events(request) }),
    ]
}
