/// An `error_response` of TOP.
struct GatewayError: Error, Sendable, Equatable {
    var code: Int
    var message: String
    var subCode: String?
    var subMessage: String?

    init(_ code: Int, _ message: String, _ subCode: String? = nil, _ subMessage: String? = nil) {
        self.code = code
        self.message = message
        self.subCode = subCode
        self.subMessage = subMessage
    }

    static func missing(_ name: String) -> GatewayError {
        GatewayError(40, "Missing required arguments", "isv.missing-parameter:\(name)", "\(name) is required")
    }

    static func invalid(_ name: String, _ why: String) -> GatewayError {
        GatewayError(41, "Invalid arguments", "isv.invalid-parameter:\(name)", "\(name) \(why)")
    }

    /// The error as a response. `code` is a number, as in practice.
    func answer(requestID: String) -> ResponseNode {
        var members: [ResponseNode.Member] = [("code", .number("\(code)")), ("msg", .text(message))]
        if let subCode { members.append(("sub_code", .text(subCode))) }
        if let subMessage { members.append(("sub_msg", .text(subMessage))) }
        members.append(("request_id", .text(requestID)))
        return .object(members)
    }
}
