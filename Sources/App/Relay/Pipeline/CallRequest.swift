public import Bytes
public import Catalog

/// One call as a client asked for it: what the headers and the path said, and the body.
public struct CallRequest: Sendable {
    /// The catalog entry that the path named.
    public var entry: Entry
    /// The body: JSON, or multipart.
    public var body: [UInt8]
    /// The boundary of a `multipart/form-data` body; nil for JSON.
    public var boundary: MultipartBoundary?
    /// `Top-App`.
    public var app: String?
    /// `Top-Seller`.
    public var seller: String?
    /// `Top-Ref`.
    public var refs: [String]
    /// `Idempotency-Key`, without quotes.
    public var idempotencyKey: String?
    /// `X-Request-Id`.
    public var clientRequestID: String?
    /// The trace id of `traceparent`.
    public var traceID: String?
    /// `Top-Dry-Run: true`.
    public var isDryRun: Bool
    /// Monotonic nanoseconds at which the whole request had arrived.
    public var receivedAt: UInt64
    /// What the call holds of the limit on the bytes of all bodies; nil where there is no such limit.
    public var reservation: ByteReservation?

    /// All members.
    public init(
        entry: Entry, body: [UInt8], app: String?, seller: String?, refs: [String], idempotencyKey: String?,
        clientRequestID: String?,
        traceID: String?, isDryRun: Bool, receivedAt: UInt64
    ) {
        self.entry = entry
        self.body = body
        self.app = app
        self.seller = seller
        self.refs = refs
        self.idempotencyKey = idempotencyKey
        self.clientRequestID = clientRequestID
        self.traceID = traceID
        self.isDryRun = isDryRun
        self.receivedAt = receivedAt
    }
}
