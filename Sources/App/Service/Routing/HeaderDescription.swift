/// The one declaration of a request header. The OpenAPI document, the page for developers and the manual read it.
struct HeaderDescription: Sendable {
    /// The name among the components of the OpenAPI document.
    let key: String
    /// The header's name.
    let name: String
    let text: String
    /// JSON Schema, as JSON.
    let schema: String

    static let app = HeaderDescription(
        key: "App", name: "Top-App",
        text: "The app whose key and secret sign the call. Without it: the method's app or the default one.",
        schema: #"{"type": "string"}"#)
    static let seller = HeaderDescription(
        key: "Seller", name: "Top-Seller",
        text: "The seller whose session key the call carries. Without it: the app's default seller.",
        schema: #"{"type": "string"}"#)
    static let ref = HeaderDescription(
        key: "Ref", name: "Top-Ref",
        text: "The caller's own document numbers: repeated, or separated by commas; at most 20 of 128 bytes.",
        schema: #"{"type": "string", "pattern": "^[^\\x00-\\x1f\\x7f,]{0,128}(,[^\\x00-\\x1f\\x7f,]{0,128}){0,19}$"}"#)
    static let dryRun = HeaderDescription(
        key: "DryRun", name: "Top-Dry-Run",
        text: "`true` shows what would be sent and signed, and sends nothing.",
        schema: #"{"type": "boolean"}"#)
    static let timeout = HeaderDescription(
        key: "Timeout", name: "Top-Timeout",
        text: "Whole seconds that the call may take, 1 to 300. The relay's own limit and the method's stay in force.",
        schema: #"{"type": "integer", "minimum": 1, "maximum": 300}"#)
    static let idempotencyKey = HeaderDescription(
        key: "IdempotencyKey", name: "Idempotency-Key",
        text: "One call of those with the same key is sent; the others get its response. Kept for 48 hours.",
        schema: #"{"type": "string", "pattern": "^[\\x21-\\x7E]{0,255}$"}"#)
    static let requestID = HeaderDescription(
        key: "RequestID", name: "X-Request-Id",
        text: "The caller's id of the request. It comes back in the response and stands in the audit trail.",
        schema: #"{"type": "string", "pattern": "^[\\x21-\\x7E]{0,200}$"}"#)
    static let traceParent = HeaderDescription(
        key: "TraceParent", name: "traceparent",
        text: "W3C trace context. The trace id is kept in the audit trail.", schema: #"{"type": "string"}"#)

    static let ifMatch = HeaderDescription(
        key: "IfMatch", name: "If-Match",
        text: "ETags in double quotes, or `*`. The change is made only if what is stored has one of them.",
        schema: #"{"type": "string"}"#)
    static let ifNoneMatch = HeaderDescription(
        key: "IfNoneMatch", name: "If-None-Match",
        text: "`*`: the change is made only if nothing is stored under the name.",
        schema: #"{"type": "string", "pattern": "^[*]$"}"#)

    /// Every header of a change.
    static let ofChanges: [HeaderDescription] = [.ifMatch, .ifNoneMatch, .requestID]

    /// Every header of a call.
    static let ofCalls: [HeaderDescription] = [
        .app, .seller, .ref, .idempotencyKey, .dryRun, .timeout, .requestID, .traceParent,
    ]
}
