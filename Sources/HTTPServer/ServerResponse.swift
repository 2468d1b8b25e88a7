/// One whole HTTP response.
public struct ServerResponse: Sendable {
    /// The status code, 200 to 599.
    public var status: Int
    /// Header fields to send as they are. `Content-Length`, `Transfer-Encoding` and `Connection` are the server's to
    /// write: they are left out if given. So is a field whose name is not a token; control characters in a value
    /// become spaces, so that a value can never end a header line.
    public var headers: [(String, String)]
    /// The body. It is left out of the answer to a `HEAD`, whose `Content-Length` still counts it.
    public var body: [UInt8]
    /// Whether to close the connection after this answer.
    public var closesConnection: Bool

    /// Makes a response.
    public init(
        status: Int, headers: [(String, String)] = [], body: [UInt8] = [], closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
    }
}

extension ServerResponse: Equatable {
    /// Whether two responses have the same status, fields in the same order, body and wish to close.
    public static func == (left: ServerResponse, right: ServerResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.closesConnection == right.closesConnection
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}
