/// A strict HTTP/1.1 parser for the requests of one connection, without I/O.
///
/// Input may be split anywhere. The parser rejects everything that two servers could read differently. It copies a head
/// once, and returns bodies as ranges of the input. After an error it must not be used further.
package struct RequestParser {
    /// The result of a call to ``next(_:at:)``.
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

    /// Whether the parser is between two requests, so that the input may end.
    package var isBetweenRequests: Bool { body == nil && head.isEmpty }

    /// Continues to read at `position`, and moves it past the bytes that were used. Call it again until it returns
    /// `needsInput`.
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
