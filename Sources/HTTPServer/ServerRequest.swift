public import NIOHTTP1

/// One whole HTTP request, body included.
public struct ServerRequest: Sendable, Equatable {
    /// The method as sent, for example `POST`; methods are case-sensitive.
    public var method: String
    /// The path as sent: percent-encoding is kept, the query is cut off. It starts with `/`, or is `*`.
    public var path: String
    /// What stood behind the first `?`, undecoded; nil without one.
    public var query: String?
    /// The header fields in the order received. Bytes that are not UTF-8 have become U+FFFD.
    public var headers: HTTPHeaders
    /// The whole body, unchunked; at most what ``Responder/bodyLimit(method:path:)`` allowed.
    public var body: [UInt8]
    /// When the head of the request was complete, in nanoseconds of the monotonic clock.
    public var receivedAt: UInt64

    /// Makes a request, as a test or a tool needs one.
    public init(
        method: String, path: String, query: String? = nil, headers: HTTPHeaders = [:], body: [UInt8] = [],
        receivedAt: UInt64 = 0
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
    }

    /// Whether the request is a `HEAD`: answer it as a `GET`, the server leaves the body out.
    public var isHead: Bool { method == "HEAD" }
}
