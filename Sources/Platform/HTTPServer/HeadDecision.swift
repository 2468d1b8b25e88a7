/// What a ``Responder`` decides when the head of a request has arrived.
package enum HeadDecision: Sendable {
    /// Read the body by this plan, then hand the request over.
    case proceed(BodyPlan)
    /// Send this whole response at once and drop the body.
    case answer(ServerResponse)
}

/// How the server treats the body of one request.
package struct BodyPlan: Sendable {
    /// The longest body in bytes; a longer one is 413. An announced length above it is refused without reading.
    package var limit: Int
    /// Whether the responder wants the bytes. If false, the server counts them, drops them and hands over an empty body.
    package var isKept: Bool
    /// Whether the responder wants to know the client's address: ``ServerRequest/clientAddress``.
    package var tellsAddress = false
    /// What the decision found out about the request. It comes back in ``ServerRequest/context``.
    package var context: (any AnyObject & Sendable)?

    /// Makes a plan; a body is kept unless told otherwise.
    package init(limit: Int, isKept: Bool = true, context: (any AnyObject & Sendable)? = nil) {
        self.limit = limit
        self.isKept = isKept
        self.context = context
    }
}
