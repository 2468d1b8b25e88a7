/// A response to a request, before it is written as HTTP.
package struct Reply: Sendable {
    /// The HTTP status.
    package var status: Int
    /// Header fields, in order.
    package var headers: [(String, String)]
    /// The body.
    package var body: [UInt8]

    /// Makes a reply.
    package init(status: Int, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a reply with status 200 and a JSON body.
    package static func json(_ body: [UInt8]) -> Reply {
        var reply = Reply(status: 200, headers: [], body: body)
        // The call and the service add header fields.
        reply.headers.reserveCapacity(4)
        reply.headers.append(("Content-Type", "application/json"))
        return reply
    }
}
