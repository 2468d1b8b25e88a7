import HTTP1

/// What the machine keeps of a request's head until its answer is written.
struct RequestFraming: Equatable {
    var path: String
    /// Bytes of body announced; nil when the body is chunked.
    var contentLength: Int?
    /// Whether the client waits for `100 Continue`.
    var expectsContinue: Bool
    /// Whether the connection goes on after the answer.
    var keepsAlive: Bool
    /// Whether the client speaks HTTP/1.0, which has to be told of a connection that stays open.
    var isHTTP10: Bool

    /// Whether a body follows.
    var hasBody: Bool { contentLength != 0 }

    /// The parser has refused what two servers could read differently. Fields that the responder reads once must not be
    /// there twice either: a proxy in front may have checked the other one.
    init(_ head: RequestHead) throws(ServerFault) {
        path = head.path
        contentLength = head.contentLength
        expectsContinue = head.expectsContinue
        keepsAlive = head.keepsAlive
        isHTTP10 = head.isHTTP10
        try Self.checkSingle(head.fields)
    }

    private static func checkSingle(_ fields: HeaderFields) throws(ServerFault) {
        var (contentTypes, authorizations) = (0, 0)
        for index in fields.indices {
            switch fields.nameLength(at: index) {
            case 12 where fields.isName("content-type", at: index): contentTypes += 1
            case 13 where fields.isName("authorization", at: index): authorizations += 1
            default: break
            }
        }
        guard contentTypes <= 1 else { throw .malformed(detail: "there are several Content-Type fields") }
        guard authorizations <= 1 else { throw .malformed(detail: "there are several Authorization fields") }
    }
}

extension ServerFault {
    /// What the parser's error means to the client.
    init(_ error: ParseError, _ configuration: HTTPServer.Configuration) {
        switch error {
        case .malformed(let flaw): self = .malformed(detail: flaw.rawValue)
        case .targetTooLong: self = .targetTooLong(limit: configuration.maximumTargetBytes)
        case .headTooLarge: self = .headersTooLarge(limit: configuration.maximumHeaderBytes)
        case .versionUnsupported: self = .versionUnsupported
        case .transferCodingUnsupported: self = .transferCodingUnsupported
        case .expectationUnsupported: self = .expectationFailed
        }
    }
}
