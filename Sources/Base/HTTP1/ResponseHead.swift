/// The head of a response.
package struct ResponseHead: Sendable, Equatable {
    /// How the body of a response is framed.
    package enum Body: Sendable, Equatable {
        /// This many bytes; 0 if the response has no body.
        case length(Int)
        case chunked
        /// Up to the end of the connection.
        case untilClose
    }

    /// The status code, 100 to 599.
    package let status: Int
    /// The fields in the order received.
    package let fields: HeaderFields
    /// How the body is framed.
    package let body: Body
    /// Whether the connection can take another request after this response.
    package let keepsAlive: Bool
    /// Whether the server speaks HTTP/1.0.
    package let isHTTP10: Bool

    /// Whether this is an interim response; another head follows it.
    package var isInterim: Bool { status < 200 }

    /// Makes the head from a reader's result.
    /// - Parameter isToHead: whether the request was a `HEAD`, whose response has no body.
    init(bytes: [UInt8], reader: HeadReader, isToHead: Bool) throws(ParseError) {
        let framing = reader.framing
        status = reader.startLine.status
        isHTTP10 = reader.startLine.isHTTP10
        fields = HeaderFields(bytes: bytes, places: reader.places)
        guard status != 101 else { throw .malformed(.upgrade) }
        // Parsers differ in what they expect after such a head, so it is rejected.
        guard status >= 200 || (framing.contentLength == nil && !framing.isChunked && !framing.saysClose) else {
            throw .malformed(.interimFramed)
        }
        let length = try framing.length(isHTTP10: isHTTP10)
        let hasNoBody = isToHead || status < 200 || status == 204 || status == 304
        body = hasNoBody ? .length(0) : framing.isChunked ? .chunked : length.map(Body.length) ?? .untilClose
        keepsAlive = framing.keepsAlive(isHTTP10: isHTTP10) && body != .untilClose
    }
}
