/// The head of a request.
package struct RequestHead: Sendable, Equatable {
    /// The method as sent, for example `POST`. CONNECT and unknown methods are errors.
    package let method: String
    /// The fields in the order received.
    package let fields: HeaderFields
    /// The announced length of the body in bytes; nil if the body is chunked; 0 without a body.
    package let contentLength: Int?
    /// Whether the client waits for `100 Continue`. Always false in HTTP/1.0.
    package let expectsContinue: Bool
    /// Whether the connection continues after this request. A request to upgrade is the last one, because a server that
    /// grants it would read the following bytes differently.
    package let keepsAlive: Bool
    /// Whether the client speaks HTTP/1.0. Such a client needs to be told if the connection stays open.
    package let isHTTP10: Bool

    private let line: StartLine

    /// Makes the head from a reader's result.
    init(bytes: [UInt8], reader: HeadReader) throws(ParseError) {
        line = reader.startLine
        let framing = reader.framing
        method = line.method
        isHTTP10 = line.isHTTP10
        fields = HeaderFields(bytes: bytes, places: reader.places)
        guard framing.hosts == 1 || (framing.hosts == 0 && isHTTP10) else {
            throw .malformed(framing.hosts == 0 ? .hostMissing : .hostRepeated)
        }
        contentLength = try framing.length(isHTTP10: isHTTP10) ?? (framing.isChunked ? nil : 0)
        expectsContinue = framing.expectsContinue && !isHTTP10
        keepsAlive = framing.keepsAlive(isHTTP10: isHTTP10) && !framing.asksForUpgrade
    }

    /// The path as sent, without the query. Percent-encoding is kept. It starts with `/`, or is `*`.
    package var path: String {
        line.hasEmptyPath ? "/" : String(decoding: fields.bytes[line.path], as: UTF8.self)
    }

    /// The text after the first `?` of the target, undecoded; nil without one.
    package var query: String? { line.query.map { String(decoding: fields.bytes[$0], as: UTF8.self) } }

    /// Whether a body follows.
    package var hasBody: Bool { contentLength != 0 }
}

extension FramingFields {
    /// The announced length; nil if the body is chunked or no length is announced.
    func length(isHTTP10: Bool) throws(ParseError) -> Int? {
        guard isChunked else { return contentLength }
        guard !isHTTP10 else { throw .malformed(.codingInHTTP10) }
        guard contentLength == nil else { throw .malformed(.lengthAndCoding) }
        return nil
    }

    /// What the `Connection` fields and the version state about the connection. `close` has precedence over
    /// `keep-alive`.
    func keepsAlive(isHTTP10: Bool) -> Bool { !saysClose && (!isHTTP10 || saysKeepAlive) }
}
