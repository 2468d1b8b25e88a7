/// A strict HTTP/1.1 parser for the responses of one connection, without I/O.
///
/// It shares the core of ``RequestParser`` and is as strict. Call ``begin(isToHead:)`` for each request that was sent.
package struct ResponseParser {
    /// The result of a call to ``next(_:at:)``.
    package enum Event: Sendable, Equatable {
        /// An interim (1xx) head is complete. Another head follows.
        case interim(ResponseHead)
        /// The final head is complete. The body follows, then ``end``.
        case head(ResponseHead)
        /// Bytes of the body, as a range of the input. Never empty.
        case body(Range<Int>)
        /// The response is complete.
        case end
        /// All of the input is used.
        case needsInput
    }

    private let limits: ParserLimits
    private var head = HeadReader(.response)
    private var body: BodyReader?
    private var isToHead = false
    private var interims = 0

    /// Makes a parser for the responses of one connection.
    package init(limits: ParserLimits = .responses) {
        self.limits = limits
    }

    /// Prepares for the response to a request that was sent.
    /// - Parameter isToHead: whether the request was a `HEAD`, whose response has no body.
    package mutating func begin(isToHead: Bool = false) {
        self.isToHead = isToHead
        head = HeadReader(.response)
        body = nil
        interims = 0
    }

    /// Whether no byte of the current response has arrived.
    package var isEmpty: Bool { body == nil && head.isEmpty && interims == 0 }

    /// Continues to read at `position`, and moves it past the bytes that were used. Call it again until it returns
    /// `needsInput` or `end`.
    package mutating func next(_ input: Span<UInt8>, at position: inout Int) throws(ParseError) -> Event {
        guard body == nil else { return try nextOfBody(input, at: &position) }
        guard position < input.count, let bytes = try head.read(input, at: &position, limits) else {
            return .needsInput
        }
        let response = try ResponseHead(bytes: bytes, reader: head, isToHead: isToHead)
        head = HeadReader(.response)
        if response.isInterim {
            interims += 1
            guard interims <= limits.interimResponses else { throw .malformed(.tooManyInterims) }
            return .interim(response)
        }
        body =
            switch response.body {
            case .length(let length): .length(length)
            case .chunked: .chunked
            case .untilClose: .untilClose
            }
        return .head(response)
    }

    /// Notes the end of the connection.
    /// - Throws: `malformed(.endsEarly)` unless the end completes the response.
    package mutating func endOfInput() throws(ParseError) {
        guard body?.endsWithConnection == true else { throw .malformed(.endsEarly) }
        body = nil
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
