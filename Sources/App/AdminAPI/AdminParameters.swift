import Bytes
package import Requests

/// The query parameters of administration.
package enum AdminParameters {
    static let limit = Parameter.integer("limit", 1...1000, default: 50, "The maximum number of entries of a page.")
    static let cursor = Parameter<[String]>(
        ParameterDescription(
            name: "cursor", text: "Where the page begins: a value of `pagination.next`.",
            schema: #"{"type": "string"}"#, values: "text", takesEmpty: true),
        requirement: "a value of pagination.next", read: { PageCursor.read($0) })
    static let expiringWithin = Parameter<Int64>(
        ParameterDescription(
            name: "expiring_within",
            text: "Only sessions that end within this time or have ended, and those that need an authorisation.",
            schema: #"{"type": "string", "pattern": "^[0-9]+[smhd]$", "examples": ["7d"]}"#,
            values: "a time such as `7d` or `12h`"),
        requirement: "a length of time such as 7d or 12h", read: { TimeSpan.milliseconds($0) })
    static let app = Parameter<String>(
        ParameterDescription(
            name: "app", text: "The app of a ban.", schema: #"{"type": "string"}"#, values: "text"),
        requirement: "an app's name", read: { $0 })
    static let method = Parameter<String>(
        ParameterDescription(
            name: "method", text: "The method of a ban.", schema: #"{"type": "string"}"#, values: "text"),
        requirement: "a TOP method", read: { $0 })

    /// The parameters of lists.
    package static let page = [limit.description, cursor.description]
    /// The parameters of `GET /v1/admin/sessions`.
    package static let sessions = [expiringWithin.description] + page
    /// The parameters of `DELETE /v1/admin/bans`.
    package static let ban = [app.description, method.description]
    /// The parameters of `GET /v1/admin/bans`.
    package static let bans = ban + page
}

/// The place of a page in a list: the key of the entry before it.
enum PageCursor {
    private static let separator: UInt8 = 0x1F
    private static let maximumBytes = 2048

    /// The text of a cursor. Keys have no control characters.
    static func text(_ key: [String]) -> String { Hex.lower(Array(key.joined(separator: "\u{1F}").utf8)) }

    /// The key in a cursor; nil for another text.
    static func read(_ text: String) -> [String]? {
        guard text.utf8.count <= maximumBytes, let bytes = Hex.decode(text),
            !bytes.contains(where: { $0 < 0x20 && $0 != separator })
        else { return nil }
        let parts = bytes.split(separator: separator, omittingEmptySubsequences: false)
        let key = parts.compactMap { String(validating: $0, as: UTF8.self) }
        return key.count == parts.count && !bytes.isEmpty ? key : nil
    }
}
