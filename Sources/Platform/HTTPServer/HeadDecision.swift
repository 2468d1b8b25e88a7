/// What a ``Responder`` decides when the head of a request has arrived.
public enum HeadDecision: Sendable {
    /// Read the body by this plan, then hand the request over.
    case proceed(BodyPlan)
    /// Send this whole response at once and drop the body.
    case answer(ServerResponse)
}

/// How the server treats the body of one request.
public struct BodyPlan: Sendable {
    /// The longest body in bytes; a longer one is 413. An announced length above it is refused without reading.
    public var limit: Int
    /// Whether the responder wants the bytes. If false, the server counts them, drops them and hands over an empty body.
    public var isKept: Bool
    /// What the decision found out about the request. It comes back in ``ServerRequest/context``.
    public var context: (any AnyObject & Sendable)?

    /// Makes a plan; a body is kept unless told otherwise.
    public init(limit: Int, isKept: Bool = true, context: (any AnyObject & Sendable)? = nil) {
        self.limit = limit
        self.isKept = isKept
        self.context = context
    }
}
