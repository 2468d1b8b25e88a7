/// One HTTP response: whole, or with a body that follows in pieces.
package struct ServerResponse: Sendable {
    /// The status code, 200 to 599.
    package var status: Int
    /// Header fields to send as they are. `Date`, `Content-Length`, `Transfer-Encoding` and `Connection` are the
    /// server's to write: they are left out if given. So is a field whose name is not a token; control characters in a value
    /// become spaces, so that a value can never end a header line.
    package var headers: [(String, String)]
    /// The body. It is left out of the answer to a `HEAD`, whose `Content-Length` still counts it.
    package var body: [UInt8]
    /// Whether to close the connection after this answer.
    package var closesConnection: Bool
    /// Where the body comes from when it is written in pieces; ``body`` is not used then.
    package var stream: ResponseStream?
    /// Whether the pieces of ``stream`` are the whole answer, with status line and fields. A stand-in for another
    /// server uses it to break answers off anywhere; the relay never does.
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

    /// Makes a response whose body is written in pieces to `stream`, from any task, once this has been given as the
    /// answer or before. Its length is not known ahead: it goes out chunked, or until the end of the connection to a
    /// client of HTTP/1.0.
    package init(status: Int, headers: [(String, String)] = [], stream: ResponseStream) {
        self.init(status: status, headers: headers)
        self.stream = stream
    }

    /// Makes an answer whose every byte comes from `stream`. See ``isUnframed``.
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
    /// Whether two responses have the same status, fields in the same order, body and wish to close.
    package static func == (left: ServerResponse, right: ServerResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.closesConnection == right.closesConnection && left.stream === right.stream
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}
