/// A strict HTTP/1.1 parser for the requests of one connection, without any input or output.
///
/// Input may be split anywhere. The parser refuses whatever two servers could read differently. It copies a head once,
/// and hands out bodies as ranges of the input. After an error it must not be used further.
package struct RequestParser {
    /// What a call to ``next(_:at:)`` found.
    package enum Event: Sendable, Equatable {
        /// A head is complete. The body follows, then ``end``.
        case head(RequestHead)
        /// Bytes of the body, as a range of the input. Never empty.
        case body(Range<Int>)
        /// The request is complete. The next one may follow.
        case end
        /// All of the input is used.
        case needsInput
    }

    private let limits: ParserLimits
    private var head = HeadReader(.request)
    private var body: BodyReader?

    /// Makes a parser for the requests of one connection.
    package init(limits: ParserLimits = .requests) {
        self.limits = limits
    }

    /// Whether no part of a request is pending: the input may end here.
    package var isBetweenRequests: Bool { body == nil && head.isEmpty }

    /// Reads on from `position`, which is moved past what was used. Call it again until it gives `needsInput`.
    package mutating func next(_ input: Span<UInt8>, at position: inout Int) throws(ParseError) -> Event {
        guard body == nil else { return try nextOfBody(input, at: &position) }
        guard position < input.count, let bytes = try head.read(input, at: &position, limits) else {
            return .needsInput
        }
        let request = try RequestHead(bytes: bytes, reader: head)
        head = HeadReader(.request)
        body = request.contentLength.map(BodyReader.length) ?? .chunked
        return .head(request)
    }

    private mutating func nextOfBody(_ input: Span<UInt8>, at position: inout Int) throws(ParseError) -> Event {
        switch try body?.read(input, at: &position, limits) {
        case .body(let range): return .body(range)
        case .needsInput: return .needsInput
        case .end, nil:
            body = nil
            return .end
        }
    }
}
