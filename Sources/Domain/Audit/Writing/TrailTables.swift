import Postgres

/// The tables that the trail writer fills, and the order of their columns. The migrations define them.
enum TrailTables {
    static let intents = TableLayout(
        name: "audit.intents",
        columns: [
            .init("id", "uuid"), .init("at", "timestamptz"), .init("deadline", "timestamptz"), .init("replica", "text"),
            .init("caller", "text"), .init("app", "text"), .init("seller", "text"), .init("method", "text"),
            .init("refs", "text[]"), .init("client_request_id", "text"), .init("trace_id", "text"),
            .init("request_id", "text"),
            .init("request", "text", isDroppable: true), .init("request_truncated", "boolean"),
            .init("keys", "bigint[]"), .init("key_version", "smallint"), .init("repeat_of", "uuid"),
        ])

    static let sealed = TableLayout(
        name: "audit.sealed",
        columns: [
            .init("id", "uuid"), .init("at", "timestamptz"), .init("key_id", "bigint"), .init("bytes", "integer"),
            .init("sealed", "bytea"),
        ])

    static let calls = TableLayout(
        name: "audit.calls",
        columns: [
            .init("id", "uuid"), .init("at", "timestamptz"), .init("source", "smallint"),
            .init("finished_at", "timestamptz"),
            .init("caller", "text"), .init("app", "text"), .init("seller", "text"), .init("method", "text"),
            .init("outcome", "text"),
            .init("status", "smallint"), .init("code", "text"), .init("sub_code", "text"),
            .init("message", "text", isDroppable: true),
            .init("duration_us", "bigint"), .init("top_us", "bigint"), .init("audit_us", "bigint"),
            .init("attempts", "smallint"),
            .init("top_request_id", "text"), .init("request_id", "text"), .init("refs", "text[]"),
            .init("client_request_id", "text"),
            .init("request_bytes", "bigint"), .init("response_bytes", "bigint"), .init("retryable", "boolean"),
            .init("keys", "bigint[]"), .init("keys_truncated", "boolean"), .init("key_version", "smallint"),
            .init("trace_id", "text"), .init("judged", "boolean"), .init("repeat_of", "uuid"),
        ])

    static let lookups = TableLayout(
        name: "audit.lookups",
        columns: [.init("value", "text"), .init("at", "timestamptz"), .init("id", "uuid")])

    static let replies = TableLayout(
        name: "audit.replies",
        columns: [
            .init("id", "uuid"), .init("at", "timestamptz"), .init("status", "smallint"), .init("media_type", "text"),
            .init("sealed", "bytea"),
        ])

    static let responses = TableLayout(
        name: "audit.responses",
        columns: [
            .init("id", "uuid"), .init("at", "timestamptz"), .init("response", "text", isDroppable: true),
            .init("truncated", "boolean"),
        ])
}
