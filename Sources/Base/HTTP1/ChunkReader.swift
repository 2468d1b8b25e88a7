internal import Bytes

/// Reads the chunked transfer coding (RFC 9112, 7.1) strictly: every line ends with CR LF, and a size has no spaces
/// around it. Extensions and trailer fields are checked and dropped.
struct ChunkReader {
    private enum State: Equatable {
        case size
        case extensionName, extensionValue, quotedValue, afterQuote
        case sizeLineFeed
        case data(Int)
        case dataReturn, dataLineFeed
        case trailers
    }

    /// The maximum number of digits of a size. Sizes of up to 60 bits cannot overflow.
    private static let maximumDigits = 15

    private var state = State.size
    private var size = 0
    private var digits = 0
    private var extensionBytes = 0
    private var extensionPart = 0
    private var trailers = HeadReader(.trailer)

    /// Continues to read at `position`, and moves it past the bytes that were used.
    mutating func read(
        _ input: Span<UInt8>, at position: inout Int, _ limits: ParserLimits
    ) throws(ParseError) -> BodyReader.Step {
        while position < input.count {
            switch state {
            case .data(let rest):
                let count = min(rest, input.count - position)
                state = count == rest ? .dataReturn : .data(rest - count)
                position += count
                return .body(position - count..<position)
            case .trailers:
                return try trailers.read(input, at: &position, limits) == nil ? .needsInput : .end
            default:
                try step(input[position], limits)
                position += 1
            }
        }
        return .needsInput
    }

    /// Takes one byte between the data of two chunks.
    private mutating func step(_ byte: UInt8, _ limits: ParserLimits) throws(ParseError) {
        switch state {
        case .size: try readSize(byte)
        case .extensionName, .extensionValue, .quotedValue, .afterQuote: try readExtension(byte, limits)
        case .sizeLineFeed:
            guard byte == lineFeed else { throw .malformed(.lineEnd) }
            state = size == 0 ? .trailers : .data(size)
            (size, digits) = (0, 0)
        case .dataReturn:
            guard byte == carriageReturn else { throw .malformed(.chunkEnd) }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == lineFeed else { throw .malformed(.chunkEnd) }
            state = .size
        case .data, .trailers: break
        }
    }

    private mutating func readSize(_ byte: UInt8) throws(ParseError) {
        if let digit = Hex.value(of: byte) {
            digits += 1
            guard digits <= Self.maximumDigits else { throw .malformed(.chunkSize) }
            size = size << 4 | Int(digit)
            return
        }
        guard digits > 0 else { throw .malformed(.chunkSize) }
        switch byte {
        case carriageReturn: state = .sizeLineFeed
        case UInt8(ascii: ";"): begin(.extensionName)
        case lineFeed: throw .malformed(.lineEnd)
        default: throw .malformed(.chunkSize)
        }
    }

    private mutating func begin(_ part: State) {
        state = part
        extensionPart = 0
    }

    /// Takes a byte of `*( ";" token [ "=" ( token / quoted-string ) ] )`, without spaces and escapes.
    private mutating func readExtension(_ byte: UInt8, _ limits: ParserLimits) throws(ParseError) {
        extensionBytes += 1
        guard extensionBytes <= limits.extensionBytes else { throw .malformed(.chunkExtension) }
        if state == .quotedValue {
            if byte == UInt8(ascii: "\"") { return state = .afterQuote }
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { throw .malformed(.chunkExtension) }
            return
        }
        if state != .afterQuote {
            if Characters.isToken(byte) { return extensionPart += 1 }
            if state == .extensionValue, extensionPart == 0, byte == UInt8(ascii: "\"") { return state = .quotedValue }
            guard extensionPart > 0 else { throw .malformed(.chunkExtension) }
            if state == .extensionName, byte == UInt8(ascii: "=") { return begin(.extensionValue) }
        }
        switch byte {
        case carriageReturn: state = .sizeLineFeed
        case UInt8(ascii: ";"): begin(.extensionName)
        case lineFeed: throw .malformed(.lineEnd)
        default: throw .malformed(.chunkExtension)
        }
    }
}
