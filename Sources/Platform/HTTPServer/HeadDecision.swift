/// What a ``Responder`` decides when the head of a request has arrived.
package enum HeadDecision: Sendable {
    /// Read the body by this plan, then pass the request to the responder.
    case proceed(BodyPlan)
    /// Send this whole response at once and drop the body.
    case respond(ServerResponse)
}

/// How the server treats the body of one request.
package struct BodyPlan: Sendable {
    /// The longest body in bytes. A longer one gets 413. An announced length above it is refused without reading.
    package var limit: Int
    /// Whether the responder needs the bytes. If false, the server counts and drops them, and passes on an empty body.
    package var isKept: Bool
    /// Whether the responder needs the client's address: ``ServerRequest/clientAddress``.
    package var tellsAddress = false
    /// What the decision learned about the request. The server passes it on in ``ServerRequest/context``.
    package var context: (any AnyObject & Sendable)?

    /// Makes a plan. By default the body is kept.
    package init(limit: Int, isKept: Bool = true, context: (any AnyObject & Sendable)? = nil) {
        self.limit = limit
        self.isKept = isKept
        self.context = context
    }
}
