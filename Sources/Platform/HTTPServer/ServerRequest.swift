package import Bytes
package import HTTP1

/// One whole HTTP request, body included.
package struct ServerRequest: Sendable {
    /// The method as sent, for example `POST`; methods are case-sensitive.
    package var method: String
    /// The path as sent, still percent-encoded and without the query. It starts with `/`, or is `*`.
    package var path: String
    /// The text after the first `?`, undecoded; nil without one.
    package var query: String?
    /// The header fields in the order received. U+FFFD replaces bytes that are not UTF-8.
    package var headers: HeaderFields
    /// The whole body, unchunked; at most ``BodyPlan/limit`` bytes.
    package var body: [UInt8]
    /// When the head of the request was complete, in nanoseconds of the monotonic clock.
    package var receivedAt: UInt64
    /// The context of the responder's decision on the head: ``BodyPlan/context``.
    package var context: (any AnyObject & Sendable)?
    /// The bytes of ``HTTPServer/Configuration/bodyBudget`` that the request holds until its response is made; nil
    /// without a body. The responder may change the number to what it keeps.
    package var reservation: ByteReservation?

    /// The client's address without its port, if the plan asks for it; nil for a Unix domain socket.
    package var clientAddress: String?

    /// The index of the connection's loop in the list that the server was made with. The responder is called on it.
    package var loopIndex = 0

    /// Makes a request.
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

    /// Whether the request is a `HEAD`. Answer it like a `GET`: the server omits the body.
    package var isHead: Bool { method == "HEAD" }
}

extension ServerRequest: Equatable {
    /// Compares what the client sent and when. Context and reservation are not compared.
    package static func == (left: ServerRequest, right: ServerRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.query == right.query
            && left.headers == right.headers && left.body == right.body && left.receivedAt == right.receivedAt
    }
}
