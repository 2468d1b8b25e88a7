/// A response to a request, before it is written as HTTP.
package struct Reply: Sendable {
    /// The name of the header with the id of a call.
    package static let callID = "Top-Call-Id"
    /// The name of the header with the outcome of a call.
    package static let outcome = "Top-Outcome"

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

    /// Makes a reply with a JSON body, which ends with a line feed.
    package static func json(_ body: [UInt8], status: Int = 200) -> Reply {
        var reply = Reply(status: status, headers: [], body: body)
        if body.last != UInt8(ascii: "\n") { reply.body.append(UInt8(ascii: "\n")) }
        // The call and the service add header fields.
        reply.headers.reserveCapacity(6)
        reply.headers.append(("Content-Type", "application/json"))
        return reply
    }

    /// The reply with the id and the outcome of the call that it is about.
    package func about(_ id: String, outcome: String) -> Reply {
        var reply = self
        reply.headers.append((Self.callID, id))
        reply.headers.append((Self.outcome, outcome))
        return reply
    }
}
