import HTTP1

/// The part of a request's head that the state machine keeps until the response is written.
struct RequestFraming: Equatable {
    var path: String
    /// The announced length of the body in bytes; nil if the body is chunked.
    var contentLength: Int?
    /// Whether the client waits for `100 Continue`.
    var expectsContinue: Bool
    /// Whether the connection stays open after the response.
    var keepsAlive: Bool
    /// Whether the client uses HTTP/1.0, where an open connection needs a header field.
    var isHTTP10: Bool

    /// Whether a body follows.
    var hasBody: Bool { contentLength != 0 }

    /// Refuses repeated fields of which the responder reads only one: a proxy in front may have checked the other one.
    /// The parser has already refused all other input that two servers could read differently.
    init(_ head: RequestHead) throws(HTTPRequestError) {
        path = head.path
        contentLength = head.contentLength
        expectsContinue = head.expectsContinue
        keepsAlive = head.keepsAlive
        isHTTP10 = head.isHTTP10
        try Self.checkSingle(head.fields)
    }

    private static func checkSingle(_ fields: HeaderFields) throws(HTTPRequestError) {
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

extension HTTPRequestError {
    /// The error for the client that follows from a parser's error.
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
