/// Finds the bytes of a body in input that arrives in pieces, and where the body ends.
struct BodyReader {
    enum Step: Equatable {
        /// Bytes of the body, as a range of the input. Never empty.
        case body(Range<Int>)
        case end
        case needsInput
    }

    private enum State {
        case length(Int)
        case untilClose
        case chunks(ChunkReader)
    }

    private var state: State

    private init(_ state: State) { self.state = state }

    /// A body of `length` bytes.
    static func length(_ length: Int) -> BodyReader { BodyReader(.length(length)) }
    /// A body that ends with the connection.
    static var untilClose: BodyReader { BodyReader(.untilClose) }
    /// A body in chunks, with its trailer section.
    static var chunked: BodyReader { BodyReader(.chunks(ChunkReader())) }

    /// Whether the end of the connection ends the body.
    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    /// Continues to read at `position`, and moves it past the bytes that were used.
    mutating func read(
        _ input: Span<UInt8>, at position: inout Int, _ limits: ParserLimits
    ) throws(ParseError) -> Step {
        switch state {
        case .length(0): return .end
        case .length(let length):
            let count = min(length, input.count - position)
            guard count > 0 else { return .needsInput }
            state = .length(length - count)
            position += count
            return .body(position - count..<position)
        case .untilClose:
            guard position < input.count else { return .needsInput }
            defer { position = input.count }
            return .body(position..<input.count)
        case .chunks(var chunks):
            defer { state = .chunks(chunks) }
            return try chunks.read(input, at: &position, limits)
        }
    }
}
