/// Why a parser rejects its input. After any of these errors a connection cannot be read further.
package enum ParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The input is not HTTP/1.1 with exactly one meaning.
    case malformed(Flaw)
    /// The request target is longer than ``ParserLimits/targetBytes``.
    case targetTooLong
    /// The head, or the trailer section of a body, is longer than its limit or has too many fields.
    case headTooLarge
    /// The version is not HTTP/1.0 or HTTP/1.1.
    case versionUnsupported
    /// A transfer coding other than `chunked` is applied to the body.
    case transferCodingUnsupported
    /// `Expect` asks for something other than `100-continue`.
    case expectationUnsupported

    /// A fragment for logs and error texts. It never contains input.
    package var description: String {
        switch self {
        case .malformed(let flaw): flaw.rawValue
        case .targetTooLong: "the request target is too long"
        case .headTooLarge: "the head is too large"
        case .versionUnsupported: "the version is not HTTP/1.0 or HTTP/1.1"
        case .transferCodingUnsupported: "a transfer coding other than chunked"
        case .expectationUnsupported: "an expectation other than 100-continue"
        }
    }

    /// The flaw of a malformed message. The raw value completes "The request is malformed: ".
    package enum Flaw: String, Sendable, CaseIterable {
        case requestLine = "the request line is not METHOD TARGET VERSION"
        case statusLine = "the status line is not VERSION STATUS REASON"
        case method = "the method is unknown"
        case target = "the request target is not an absolute path"
        case lineEnd = "a line does not end with CR LF"
        case fieldName = "a header field has no valid name"
        case fieldValue = "a header field has a character that is not allowed"
        case foldedField = "a header field continues on a second line"
        case hostMissing = "Host is missing"
        case hostRepeated = "there are several Host fields"
        case hostInvalid = "Host is not a host name"
        case lengthInvalid = "Content-Length is not a number of bytes"
        case lengthRepeated = "there are several Content-Length fields"
        case lengthAndCoding = "both Content-Length and Transfer-Encoding"
        case codingRepeated = "there are several Transfer-Encoding fields"
        case codingNotLast = "chunked is not the last transfer coding"
        case codingInHTTP10 = "Transfer-Encoding in HTTP/1.0"
        case chunkSize = "a chunk has a wrong size"
        case chunkExtension = "a chunk extension is malformed or too long"
        case chunkEnd = "a chunk does not end with CR LF"
        case trailerField = "a trailer field that is allowed only in a head"
        case endsEarly = "it ends too early"
        case tooManyInterims = "there are too many interim responses"
        case interimFramed = "an interim response announces a body or closes the connection"
        case upgrade = "the protocol was switched without being asked"
    }
}
