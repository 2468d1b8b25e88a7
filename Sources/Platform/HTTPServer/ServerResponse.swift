/// One HTTP response, whole or with a body that follows in pieces.
package struct ServerResponse: Sendable {
    /// The status code, 200 to 599.
    package var status: Int
    /// Header fields to send. The server omits fields that it writes itself (`Date`, `Content-Length`,
    /// `Transfer-Encoding`, `Connection`) and fields whose name is not a token. It replaces control characters in a
    /// value by spaces, so that a value can never end a header line.
    package var headers: [(String, String)]
    /// The body. The response to a `HEAD` omits it, but its `Content-Length` counts it.
    package var body: [UInt8]
    /// Whether to close the connection after this response.
    package var closesConnection: Bool
    /// The source of a body that is written in pieces. If it is set, ``body`` is not used.
    package var stream: ResponseStream?
    /// Whether the pieces of ``stream`` are the whole response, with status line and fields. The sandbox uses it to cut
    /// responses anywhere. The relay never does.
    package var isUnframed = false

    /// How long the response waits before it goes out. Only a response that the head of a request has decided waits.
    package var delay: ResponseDelay?

    /// Makes a response.
    package init(
        status: Int, headers: [(String, String)] = [], body: [UInt8] = [], closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
    }

    /// Makes a response whose body is written in pieces to `stream`, from any task. Its length is not known in advance:
    /// it is sent chunked, or up to the end of the connection to an HTTP/1.0 client.
    package init(status: Int, headers: [(String, String)] = [], stream: ResponseStream) {
        self.init(status: status, headers: headers)
        self.stream = stream
    }

    /// Makes a response whose every byte comes from `stream`. See ``isUnframed``.
    /// - Parameter closesConnection: whether the connection ends after the last piece.
    package init(unframed stream: ResponseStream, closesConnection: Bool) {
        self.init(status: 200, closesConnection: closesConnection)
        self.stream = stream
        isUnframed = true
    }
}

/// The wait of a response before it goes out.
package struct ResponseDelay: Sendable {
    /// How long it waits.
    let duration: Duration
    /// What ends when the wait ends.
    let held: any AnyObject & Sendable

    /// A wait that holds an object.
    package init(_ duration: Duration, holding held: any AnyObject & Sendable) {
        self.duration = duration
        self.held = held
    }
}

extension ServerResponse: Equatable {
    /// Compares status, fields with their order, body, stream, and whether the connection closes.
    package static func == (left: ServerResponse, right: ServerResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.closesConnection == right.closesConnection && left.stream === right.stream
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}
