/// What a request is answered with.
package struct Reply: Sendable {
    /// The HTTP status.
    package var status: Int
    /// Header fields, in order.
    package var headers: [(String, String)]
    /// The body.
    package var body: [UInt8]

    /// All members.
    package init(status: Int, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document with status 200.
    package static func json(_ body: [UInt8]) -> Reply {
        var reply = Reply(status: 200, headers: [], body: body)
        // Those of a call and of the service follow.
        reply.headers.reserveCapacity(4)
        reply.headers.append(("Content-Type", "application/json"))
        return reply
    }
}
