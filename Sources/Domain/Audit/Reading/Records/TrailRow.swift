import Postgres

/// One call as readers see it.
public struct TrailRow: Sendable {
    /// The call.
    public let id: CallID
    /// Name of the caller's token.
    public let caller: String
    /// The app that signed.
    public let app: String
    /// The seller's alias.
    public let seller: String?
    /// The TOP method.
    public let method: String
    /// The outcome as the contract names it, or `open`.
    public let outcome: String
    /// The HTTP status given; nil while open.
    public let status: Int?
    /// TOP's code.
    public let code: String?
    /// TOP's sub_code.
    public let subCode: String?
    /// What TOP or the transport said, masked.
    public let message: String?
    /// Microseconds in all.
    public let durationMicroseconds: Int?
    /// Microseconds that TOP took.
    public let topMicroseconds: Int?
    /// Microseconds that the call waited for its intent to be durable.
    public let auditMicroseconds: Int?
    /// When the answer was ready, RFC 3339, UTC; when the call was closed, where the reconciler did it; nil while open.
    public let finishedAt: String?
    /// Whether the reconciler closed the call, because its replica left no result.
    public let isReconciled: Bool
    /// TOP's id of the call.
    public let topRequestID: String?
    /// The method's idempotency id.
    public let requestID: String?
    /// The caller's X-Request-Id.
    public let clientRequestID: String?
    /// The caller's document numbers, as PostgreSQL's JSON array.
    public let refs: String?
    /// Times that the request was given to the network.
    public let attempts: Int?
    /// Bytes of the form sent.
    public let requestBytes: Int?
    /// Bytes of TOP's answer.
    public let responseBytes: Int?
    /// Whether the caller was told that repeating is safe.
    public let retryable: Bool?
    /// Whether the call touched more things than its business keys tell.
    public let keysAreCut: Bool

    static let endedColumns = """
        id, at, caller, app, seller, method, outcome, status, code, sub_code, message, duration_us, top_us, top_request_id, request_id, \
        client_request_id, array_to_json(refs)::text AS refs, attempts, request_bytes, response_bytes, retryable, keys_truncated, \
        audit_us, \(finishedAt) AS finished_at, source = 0 AS is_reconciled
        """
    private static let finishedAt = #"to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#
    static let openColumns = """
        id, at, caller, app, seller, method, 'open'::text AS outcome, NULL::smallint AS status, NULL::text AS code, NULL::text AS sub_code, \
        NULL::text AS message, NULL::bigint AS duration_us, NULL::bigint AS top_us, NULL::text AS top_request_id, request_id, \
        client_request_id, array_to_json(refs)::text AS refs, NULL::smallint AS attempts, NULL::bigint AS request_bytes, \
        NULL::bigint AS response_bytes, NULL::boolean AS retryable, false AS keys_truncated, NULL::bigint AS audit_us, \
        NULL::text AS finished_at, false AS is_reconciled
        """

    init?(_ row: Row) {
        guard let id = row["id"].text.flatMap({ CallID($0) }) else { return nil }
        self.id = id
        caller = row["caller"].text ?? ""
        app = row["app"].text ?? ""
        seller = row["seller"].text
        method = row["method"].text ?? ""
        outcome = row["outcome"].text ?? ""
        status = row["status"].integer.map { Int($0) }
        code = row["code"].text
        subCode = row["sub_code"].text
        message = row["message"].text
        durationMicroseconds = row["duration_us"].integer.map { Int($0) }
        topMicroseconds = row["top_us"].integer.map { Int($0) }
        auditMicroseconds = row["audit_us"].integer.map { Int($0) }
        finishedAt = row["finished_at"].text
        isReconciled = row["is_reconciled"].bool ?? false
        topRequestID = row["top_request_id"].text
        requestID = row["request_id"].text
        clientRequestID = row["client_request_id"].text
        refs = row["refs"].text
        attempts = row["attempts"].integer.map { Int($0) }
        requestBytes = row["request_bytes"].integer.map { Int($0) }
        responseBytes = row["response_bytes"].integer.map { Int($0) }
        retryable = row["retryable"].bool
        keysAreCut = row["keys_truncated"].bool ?? false
    }
}
