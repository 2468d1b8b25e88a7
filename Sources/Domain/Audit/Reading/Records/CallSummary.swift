import Postgres

/// One call as readers see it.
package struct CallSummary: Sendable {
    /// The id of the call.
    package let id: CallID
    /// Name of the caller's token.
    package let caller: String
    /// The app that signed.
    package let app: String
    /// The seller's alias.
    package let seller: String?
    /// The TOP method.
    package let method: String
    /// The outcome as the contract names it, or `open`.
    package let outcome: String
    /// The HTTP status of the response to the caller; nil while the call is open.
    package let status: Int?
    /// TOP's code.
    package let code: String?
    /// TOP's sub_code.
    package let subCode: String?
    /// The message of TOP or of the transfer, masked.
    package let message: String?
    /// The duration in microseconds.
    package let durationMicroseconds: Int?
    /// How long TOP took, in microseconds.
    package let topMicroseconds: Int?
    /// How long the call waited for the commit of its intent, in microseconds.
    package let auditMicroseconds: Int?
    /// When the response was ready, or when the reconciler closed the call, in RFC 3339 and UTC. Nil while the call is
    /// open.
    package let finishedAt: String?
    /// Whether the reconciler closed the call because its replica left no result.
    package let isReconciled: Bool
    /// TOP's id of the request.
    package let topRequestID: String?
    /// The method's idempotency id.
    package let idempotencyID: String?
    /// The caller's X-Request-Id.
    package let clientRequestID: String?
    /// The caller's document numbers as a JSON array.
    package let refs: String?
    /// How often the request was given to the network.
    package let attempts: Int?
    /// Size of the form in bytes.
    package let requestBytes: Int?
    /// Size of TOP's response in bytes.
    package let responseBytes: Int?
    /// Whether the caller was told that a repeat is safe.
    package let retryable: Bool?
    /// Whether the call has more business keys than the trail stores.
    package let areKeysTruncated: Bool
    /// The trace id of the caller's traceparent.
    package let traceID: String?
    /// Whether nothing in the response told success.
    package let isUnjudged: Bool
    /// The id of the call that this one repeats with a new session key.
    package let repeatOf: String?
    /// When an erasure removed the bodies, in RFC 3339 and UTC; nil if none did.
    package let erasedAt: String?

    /// Why there is no response to a request that was sent; nil if there is one, or nothing was sent.
    package var responseFailure: String? {
        guard attempts == 1, isTransferCode else { return nil }
        return message ?? "No response from TOP"
    }

    /// Whether the code is that of a failed transfer. The message tells it in words.
    package var isTransferCode: Bool { code?.hasPrefix("curl-") == true }

    /// The columns of a row `c` of `audit.calls`.
    static let endedColumns = """
        id, at, caller, app, seller, method, outcome, status, code, sub_code, message, duration_us, top_us, top_request_id, request_id, \
        client_request_id, array_to_json(refs)::text AS refs, attempts, request_bytes, response_bytes, retryable, keys_truncated, \
        audit_us, \(finishedAt) AS finished_at, source = 0 AS is_reconciled, trace_id, judged, repeat_of, \(erasedAt("c")) AS erased_at
        """
    private static let finishedAt = WhereBuilder.rfc3339("finished_at")
    private static func erasedAt(_ row: String) -> String {
        "(SELECT \(WhereBuilder.rfc3339("e.erased_at")) FROM audit.erased AS e WHERE e.at = \(row).at AND e.id = \(row).id)"
    }

    /// The columns of a row `i` of `audit.intents`.
    static let openColumns = """
        id, at, caller, app, seller, method, 'open'::text AS outcome, NULL::smallint AS status, NULL::text AS code, NULL::text AS sub_code, \
        NULL::text AS message, NULL::bigint AS duration_us, NULL::bigint AS top_us, NULL::text AS top_request_id, request_id, \
        client_request_id, array_to_json(refs)::text AS refs, NULL::smallint AS attempts, NULL::bigint AS request_bytes, \
        NULL::bigint AS response_bytes, NULL::boolean AS retryable, false AS keys_truncated, NULL::bigint AS audit_us, \
        NULL::text AS finished_at, false AS is_reconciled, trace_id, NULL::boolean AS judged, repeat_of, \(erasedAt("i")) AS erased_at
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
        idempotencyID = row["request_id"].text
        clientRequestID = row["client_request_id"].text
        refs = row["refs"].text
        attempts = row["attempts"].integer.map { Int($0) }
        requestBytes = row["request_bytes"].integer.map { Int($0) }
        responseBytes = row["response_bytes"].integer.map { Int($0) }
        retryable = row["retryable"].bool
        areKeysTruncated = row["keys_truncated"].bool ?? false
        traceID = row["trace_id"].text
        isUnjudged = row["judged"].bool == false
        repeatOf = row["repeat_of"].text
        erasedAt = row["erased_at"].text
    }
}
