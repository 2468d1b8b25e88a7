/// What a request is answered with.
public struct Reply: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Header fields, in order.
    public var headers: [(String, String)]
    /// The body.
    public var body: [UInt8]

    /// All members.
    public init(status: Int, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document with status 200.
    public static func json(_ body: [UInt8]) -> Reply {
        var reply = Reply(status: 200, headers: [], body: body)
        // Those of a call and of the service follow.
        reply.headers.reserveCapacity(4)
        reply.headers.append(("Content-Type", "application/json"))
        return reply
    }
}
