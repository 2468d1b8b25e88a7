import JSON

/// One call as it stands in the database.
struct TrailEntry: Sendable {
    let row: JSONValue

    init(_ row: JSONValue) { self.row = row }

    private func text(_ name: String) -> String? { row[name]?.string }

    var id: String { text("id") ?? "" }
    var outcome: String { text("outcome") ?? "" }
    var status: Int? { row["status"]?.lexeme.flatMap { Int($0) } }
    var code: String? { text("code") }
    var subCode: String? { text("sub_code") }
    var message: String? { text("message") }
    var app: String { text("app") ?? "" }
    var seller: String? { text("seller") }
    var caller: String { text("caller") ?? "" }
    var method: String { text("method") ?? "" }
    var request: String? { text("request") }
    var response: String? { text("response") }
    var requestID: String? { text("request_id") }
    var topRequestID: String? { text("top_request_id") }
    var attempts: Int? { row["attempts"]?.lexeme.flatMap { Int($0) } }
    var refs: [String] { row["refs"]?.elements.compactMap(\.string) ?? [] }
    /// Rows in audit.calls, the reconciler's among them.
    var endedRows: Int { row["ended_rows"]?.lexeme.flatMap { Int($0) } ?? 0 }
}
