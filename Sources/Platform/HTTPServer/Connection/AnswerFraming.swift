/// How an answer goes onto the wire, besides what it says.
struct AnswerFraming: Equatable {
    enum Connection: Equatable {
        /// HTTP/1.1 goes on without a word.
        case implied
        /// HTTP/1.0 has to be told that the connection stays open.
        case keepAlive
        case close
    }

    enum Body {
        /// With its length ahead, in one piece with the head.
        case whole
        /// In chunks that follow.
        case chunked
        /// In pieces that follow, up to the end of the connection: HTTP/1.0.
        case untilClose
        /// In pieces that are all of the answer, head included: ``ServerResponse/isUnframed``.
        case unframed
    }

    /// Whether this answers a `HEAD`.
    var isHead: Bool
    var connection: Connection
    var body = Body.whole
}
