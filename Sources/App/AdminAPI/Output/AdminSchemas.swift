import Vault

/// JSON Schemas of administration, for the OpenAPI document.
package enum AdminSchemas {
    /// Every schema with its name among the document's components.
    package static let all: [(name: String, schema: String)] = [
        ("AppPatch", object(appMembers)), ("App", object(shown(appMembers) + appShown)),
        ("SessionPatch", object(sessionMembers)),
        ("Session", object(shown(sessionMembers) + sessionShown)),
        ("NewToken", object(tokenMembers + [("expires_in", span)], required: ["name", "scopes"])),
        ("Token", object(tokenMembers + tokenShown)),
        ("CreatedToken", object(tokenMembers + tokenShown + [("token", createdText)], required: ["name", "token"])),
        ("SessionState", enumeration(SessionHealth.State.allCases.map(\.rawValue))),
        ("AppAuth", enumeration(AppAuth.Exchange.allCases.map(\.rawValue))),
        ("Scope", enumeration(Scope.allCases.map(\.rawValue))), ("CatalogFault", object(faultMembers)),
        ("Ban", object(banMembers)), ("ChangeEvent", object(eventMembers)), ("AdminCatalog", object(catalogMembers)),
        ("AdminPagination", pagination), ("Apps", page("App")), ("Sessions", page("Session")),
        ("Tokens", page("Token")), ("Bans", page("Ban")), ("ChangeEvents", page("ChangeEvent")),
        ("PausedMethods", object([("method", described("A method or a pattern of methods; all without it."))])),
    ]

    private static let text = #"{"type": "string"}"#
    private static let removable = #"{"type": ["string", "null"]}"#
    private static let flag = #"{"type": "boolean"}"#
    private static let texts = #"{"type": "array", "items": {"type": "string"}}"#
    private static let time = #"{"type": "string", "format": "date-time"}"#
    private static let whole = #"{"type": "integer"}"#
    private static let removableTime = #"{"type": ["string", "null"], "format": "date-time"}"#
    private static let span = #"{"type": "string", "description": "A length of time such as `90d`."}"#
    private static let createdText = described("The token. No other response ever has it.")
    private static let pagination = #"""
        {"type": "object", "required": ["limit", "next"], "properties": {"limit": {"type": "integer"},
         "next": {"type": ["string", "null"], "description": "The cursor of the next page."}}}
        """#

    private static func described(_ description: String) -> String {
        #"{"type": "string", "description": "\#(description)"}"#
    }

    private static func reference(_ name: String) -> String { ##"{"$ref": "#/components/schemas/\##(name)"}"## }

    private static func list(_ items: String) -> String { #"{"type": "array", "items": \#(items)}"# }

    private static func enumeration(_ words: [String]) -> String {
        #"{"type": "string", "enum": [\#(words.map { "\"\($0)\"" }.joined(separator: ", "))]}"#
    }

    private static func object(_ members: [(String, String)], required: [String] = []) -> String {
        let properties = members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
        let names = required.map { "\"\($0)\"" }.joined(separator: ", ")
        return #"{"type": "object", "required": [\#(names)], "properties": {\#(properties)}}"#
    }

    private static func page(_ schema: String) -> String {
        ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
         "data": {"type": "array", "items": {"$ref": "#/components/schemas/\##(schema)"}},
         "pagination": {"$ref": "#/components/schemas/AdminPagination"}}}
        """##
    }

    /// The members that reads show.
    private static func shown(_ members: [(String, String)]) -> [(String, String)] {
        members.filter { !["secret", "proxy_password", "session", "refresh_token"].contains($0.0) }
    }

    private static let author = ("author", described("Who changed it last."))
    private static let dates = [("created_at", time), ("updated_at", time), author]

    private static let appMembers = [
        ("app_key", described("TOP's app_key.")), ("secret", described("Never shown. A new app needs it.")),
        ("gateway", removable), ("allow_http", flag), ("sign_method", text), ("default", flag), ("methods", texts),
        ("kind", text), ("target_app_key", removable), ("customer_id", removable),
        ("params", #"{"type": "array", "items": {"type": "string"}, "description": "Constants as NAME=VALUE."}"#),
        ("auth", reference("AppAuth")), ("oauth_authorize_url", removable),
        ("oauth_token_url", removable), ("proxy", removable),
        ("proxy_password", described("The password of the proxy's user. Never shown.")),
    ]
    private static let appShown =
        [
            ("name", text), ("paused", flag), ("paused_methods", texts), ("sessions", whole),
            ("fingerprint", described("A keyed fingerprint of the secret.")),
            ("proxy_password_fingerprint", described("A keyed fingerprint of the proxy's password.")),
        ] + dates
    private static let sessionMembers = [
        ("session", described("TOP's session key. Never shown. A new session needs it.")),
        ("expires_at", removableTime), ("default", flag),
        ("refresh_token", described("The token that gets another session key. Never shown.")),
        ("refresh_expires_at", removableTime),
    ]
    private static let sessionShown =
        [
            ("app", text), ("seller", text),
            ("state", reference("SessionState")), ("fingerprint", described("A keyed fingerprint of the session key.")),
            ("issued_at", time), ("refreshable", flag),
            ("refresh_token_fingerprint", described("A keyed fingerprint of the refresh token.")),
            ("refresh_after", time), ("refresh_failures", whole),
            ("refresh_error", described("Why the last refresh failed.")), ("taobao_user_id", text),
            ("taobao_user_nick", text), ("last_success_at", time), ("last_refusal_at", time), ("last_refusal", text),
        ] + dates
    private static let tokenMembers = [
        ("name", text),
        ("scopes", list(reference("Scope"))),
        ("apps", texts), ("methods", texts), ("sellers", texts),
        ("rate", described("Calls a second on each replica, such as `10/s`.")), ("concurrency", whole),
        ("callbacks", texts), ("expires_at", removableTime),
    ]
    private static let tokenShown =
        [
            ("id", described("The public part of the token's text.")), ("fingerprint", text),
            ("previous_until", time), ("last_used_at", time),
        ] + dates
    private static let banMembers = [
        ("app", text), ("method", described("The banned method; absent for the whole app.")), ("ends_at", time),
        ("made_at", time), ("code", described("TOP's sub_code or code.")),
    ]
    private static let eventMembers = [
        ("id", whole), ("at", time), ("actor", described("The token's name, or the database user.")),
        ("origin", described("The client's address, or the host of the command line.")),
        ("action", described("Such as `app.put`.")), ("object", described("Such as the app's name.")),
        ("detail", #"{"type": "object", "additionalProperties": true}"#),
    ]
    private static let catalogMembers = [
        ("methods", whole), ("folder", text), ("faults", faults), ("protections_lost", faults),
    ]
    private static let faults = list(reference("CatalogFault"))
    private static let faultMembers = [("file", text), ("line", whole), ("detail", text)]
}
