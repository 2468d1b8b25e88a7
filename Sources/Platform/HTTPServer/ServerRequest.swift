package import Bytes
package import HTTP1

/// One whole HTTP request, body included.
package struct ServerRequest: Sendable {
    /// The method as sent, for example `POST`; methods are case-sensitive.
    package var method: String
    /// The path as sent: percent-encoding is kept, the query is cut off. It starts with `/`, or is `*`.
    package var path: String
    /// What followed the first `?`, undecoded; nil without one.
    package var query: String?
    /// The header fields in the order received. Bytes that are not UTF-8 have become U+FFFD.
    package var headers: HeaderFields
    /// The whole body, unchunked; at most ``BodyPlan/limit`` bytes.
    package var body: [UInt8]
    /// When the head of the request was complete, in nanoseconds of the monotonic clock.
    package var receivedAt: UInt64
    /// What the responder's decision on the head passed on: ``BodyPlan/context``.
    package var context: (any AnyObject & Sendable)?
    /// The bytes that the request holds of ``HTTPServer/Configuration/bodyBudget``, until the reply is made; nil without a
    /// body. The responder may hold more or fewer than the body, by what it really keeps.
    package var reservation: ByteReservation?

    /// The client's address without its port, where the plan asks for it; nil for a Unix domain socket.
    package var clientAddress: String?

    /// The loop that serves the connection, as its place in the list that the server was made with. The responder is
    /// called on it.
    package var loopIndex = 0

    /// Makes a request, as a test or a tool needs one.
    package init(
        method: String, path: String, query: String? = nil, headers: HeaderFields = [:], body: [UInt8] = [],
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
    package var isHead: Bool { method == "HEAD" }
}

extension ServerRequest: Equatable {
    /// Compares what the client sent and when; context and reservation are not compared.
    package static func == (left: ServerRequest, right: ServerRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.query == right.query
            && left.headers == right.headers && left.body == right.body && left.receivedAt == right.receivedAt
    }
}
