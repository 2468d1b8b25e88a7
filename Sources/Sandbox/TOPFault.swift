/// An `error_response` as TOP writes it.
struct TOPFault: Error, Sendable, Equatable {
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

    static func missing(_ name: String) -> TOPFault {
        TOPFault(40, "Missing required arguments", "isv.missing-parameter:\(name)", "\(name) is required")
    }

    static func invalid(_ name: String, _ why: String) -> TOPFault {
        TOPFault(41, "Invalid arguments", "isv.invalid-parameter:\(name)", "\(name) \(why)")
    }

    /// The fault as an answer; `code` is a number, as in practice.
    func answer(requestID: String) -> AnswerNode {
        var members: [AnswerNode.Member] = [("code", .number("\(code)")), ("msg", .text(message))]
        if let subCode { members.append(("sub_code", .text(subCode))) }
        if let subMessage { members.append(("sub_msg", .text(subMessage))) }
        members.append(("request_id", .text(requestID)))
        return .object(members)
    }
}
