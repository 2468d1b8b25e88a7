/// How a response is framed on the wire.
struct ResponseFraming: Equatable {
    enum Connection: Equatable {
        /// The connection stays open. HTTP/1.1 needs no field for that.
        case implied
        /// The connection stays open. HTTP/1.0 needs a field for that.
        case keepAlive
        case close
    }

    enum Body {
        /// In one piece with the head, which has its length.
        case whole
        /// In chunks that follow.
        case chunked
        /// In pieces that follow, up to the end of the connection (HTTP/1.0).
        case untilClose
        /// In pieces that are the whole response, including its head: ``ServerResponse/isUnframed``.
        case unframed
    }

    /// Whether the request is a `HEAD`.
    var isHead: Bool
    var connection: Connection
    var body = Body.whole
}
