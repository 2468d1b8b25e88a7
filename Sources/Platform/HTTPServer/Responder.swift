package import HTTP1

/// Answers the requests of an ``HTTPServer``.
///
/// The server calls it on the event loop of the connection. No function may block that loop.
package protocol Responder: Sendable {
    /// Decides on a request by its head. The server calls it once per request, before it reads the body and before it
    /// sends `100 Continue`.
    ///
    /// - Parameters:
    ///   - request: the request with an empty body.
    ///   - bodyLength: the announced length of the body in bytes; nil for a chunked body.
    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision

    /// Answers one request.
    ///
    /// - Parameter reply: must be called once, from any thread. Further calls do nothing. If the client has
    ///   disconnected, the response is dropped. `reply` may be called before this function returns.
    func respond(to request: consuming ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void)

    /// The response to a request that the server itself refuses. The connection always closes after it.
    ///
    /// - Parameters:
    ///   - path: the path of the request; empty if the request line could not be parsed.
    ///   - headers: the header fields of the request; empty if its head could not be parsed.
    func refuse(_ fault: HTTPRequestError, path: String, headers: HeaderFields) -> ServerResponse
}
