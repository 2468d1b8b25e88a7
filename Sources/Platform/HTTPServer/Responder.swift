package import HTTP1

/// What answers the requests of an ``HTTPServer``.
///
/// All of it is called on the event loop that serves the connection and must not block it.
package protocol Responder: Sendable {
    /// Decides on a request by its head. The server asks once per request, before it gathers a byte of the body and
    /// before it sends `100 Continue`.
    ///
    /// - Parameters:
    ///   - request: the request with an empty body.
    ///   - bodyLength: the announced length of the body in bytes; nil for a chunked body.
    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision

    /// Answers one request.
    ///
    /// - Parameter reply: to be called exactly once, from any thread; further calls do nothing. The client may have
    ///   gone by then: the answer is dropped quietly. Called before this function returns, it answers at once.
    func respond(to request: consuming ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void)

    /// The answer to a request that the server itself refuses. The connection closes after it, whatever it says.
    ///
    /// - Parameters:
    ///   - path: the path of the request, or the empty text when no request line has been understood.
    ///   - headers: the header fields of the request; empty when its head has not been understood.
    func refuse(_ fault: ServerFault, path: String, headers: HeaderFields) -> ServerResponse
}
