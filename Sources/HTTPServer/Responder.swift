/// What answers the requests of an ``HTTPServer``.
///
/// All of it is called on the event loop that serves the connection and must not block it.
public protocol Responder: Sendable {
    /// A length, in bytes, that a body may have on every path: ``bodyLimit(method:path:)`` is not asked about bodies
    /// announced as no longer than this.
    var everyBodyLimit: Int { get }

    /// The longest body, in bytes, that a request may have. Asked when the head has arrived, before any of the body.
    func bodyLimit(method: String, path: String) -> Int

    /// Answers one request.
    ///
    /// - Parameter reply: to be called exactly once, from any thread; further calls do nothing. The client may have
    ///   gone by then: the answer is dropped quietly. Called before this function returns, it answers at once.
    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void)

    /// The answer to a request that the server itself refuses. The connection closes after it, whatever it says.
    ///
    /// - Parameter path: the path of the request, or the empty text when no request line has been understood.
    func refuse(_ fault: ServerFault, path: String) -> ServerResponse
}

extension Responder {
    /// None: the limit is asked for with each body.
    public var everyBodyLimit: Int { 0 }
}
