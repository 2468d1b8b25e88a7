/// Why the server refuses a request before the responder sees it.
package enum HTTPRequestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The body is longer than `limit` bytes (413).
    case payloadTooLarge(limit: Int)
    /// The input is not an HTTP/1.1 request, or two servers could read it differently (400).
    case malformed(detail: String)
    /// The request target is longer than `limit` bytes (414).
    case targetTooLong(limit: Int)
    /// The header fields have more than `limit` bytes, or there are too many (431).
    case headersTooLarge(limit: Int)
    /// The request did not arrive within `seconds` (408).
    case requestTimeout(seconds: Int)
    /// All `limit` connections are in use (503, with `Retry-After`).
    case tooManyConnections(limit: Int)
    /// Other bodies use the `limit` bytes of the budget (503, with `Retry-After`).
    case tooManyBodyBytes(limit: Int)
    /// An `Expect` field has another value than `100-continue` (417).
    case expectationFailed
    /// A transfer coding other than `chunked` (501).
    case transferCodingUnsupported
    /// Not HTTP/1.0 or HTTP/1.1 (505).
    case versionUnsupported

    /// The status code of the response.
    package var status: Int {
        switch self {
        case .payloadTooLarge: 413
        case .malformed: 400
        case .targetTooLong: 414
        case .headersTooLarge: 431
        case .requestTimeout: 408
        case .tooManyConnections, .tooManyBodyBytes: 503
        case .expectationFailed: 417
        case .transferCodingUnsupported: 501
        case .versionUnsupported: 505
        }
    }

    /// One sentence for the client. It never holds anything that the client sent.
    package var description: String {
        switch self {
        case .payloadTooLarge(let limit): "The body is longer than \(limit) bytes."
        case .malformed(let detail): "The request is malformed: \(detail)."
        case .targetTooLong(let limit): "The request target is longer than \(limit) bytes."
        case .headersTooLarge(let limit): "The header fields are longer than \(limit) bytes, or too many."
        case .requestTimeout(let seconds): "The request did not arrive within \(seconds) s."
        case .tooManyConnections(let limit): "All of the \(limit) connections that are allowed are in use."
        case .tooManyBodyBytes(let limit): "The bodies under way leave no room in the \(limit) bytes that are allowed."
        case .expectationFailed: "Expect can only be 100-continue."
        case .transferCodingUnsupported: "Transfer-Encoding can only be chunked."
        case .versionUnsupported: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        }
    }
}
