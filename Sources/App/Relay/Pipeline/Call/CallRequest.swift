package import Bytes
package import Catalog

/// One call as a client asks for it: the values of path and headers, and the body.
package struct CallRequest: Sendable {
    /// The catalog entry that the path names.
    package var entry: Entry
    /// The body: JSON, or multipart.
    package var body: [UInt8]
    /// The boundary of a `multipart/form-data` body; nil for JSON.
    package var boundary: MultipartBoundary?
    /// `Top-App`.
    package var app: String?
    /// `Top-Seller`.
    package var seller: String?
    /// `Top-Ref`.
    package var refs: [String]
    /// `Idempotency-Key`, without quotes.
    package var idempotencyKey: String?
    /// `X-Request-Id`.
    package var clientRequestID: String?
    /// The trace id of `traceparent`.
    package var traceID: String?
    /// `Top-Dry-Run: true`.
    package var isDryRun: Bool
    /// `Top-Timeout`, in seconds.
    package var timeoutSeconds: Int?
    /// When the whole request had arrived, in monotonic nanoseconds.
    package var receivedAt: UInt64
    /// The part of the limit on all body bytes that the call holds; nil without such a limit.
    package var reservation: ByteReservation?

    /// Makes a call.
    package init(
        entry: Entry, body: [UInt8], app: String?, seller: String?, refs: [String], idempotencyKey: String?,
        clientRequestID: String?,
        traceID: String?, isDryRun: Bool, timeoutSeconds: Int? = nil, receivedAt: UInt64,
        boundary: MultipartBoundary? = nil,
        reservation: ByteReservation? = nil
    ) {
        self.boundary = boundary
        self.reservation = reservation
        self.entry = entry
        self.body = body
        self.app = app
        self.seller = seller
        self.refs = refs
        self.idempotencyKey = idempotencyKey
        self.clientRequestID = clientRequestID
        self.traceID = traceID
        self.isDryRun = isDryRun
        self.timeoutSeconds = timeoutSeconds
        self.receivedAt = receivedAt
    }
}

extension CallRequest {
    /// The time that the call may take: the smallest of the replica's limit, the entry's and the caller's.
    func timeout(atMost limit: Duration) -> Duration {
        guard timeoutSeconds != nil || entry.timeoutSeconds != nil else { return limit }
        return min(limit, .seconds(min(timeoutSeconds ?? 300, entry.timeoutSeconds ?? 300)))
    }
}
