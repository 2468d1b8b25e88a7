internal import Bytes

/// Reads one head, or one trailer section, from input that arrives in pieces.
///
/// A head that arrives as a whole is scanned in place and copied once. The pieces of another head are collected. No
/// byte is scanned twice. A line is read when it is complete; a control character is an error at once.
struct HeadReader {
    enum Kind { case request, response, trailer }

    private(set) var startLine = StartLine()
    private(set) var framing = FramingFields()
    private(set) var places: [HeaderFields.Place] = []

    private let kind: Kind
    private var hasStartLine: Bool
    private var kept: [UInt8] = []
    private var lineStart = 0
    private var scanned = 0

    init(_ kind: Kind) {
        self.kind = kind
        hasStartLine = kind == .trailer
    }

    /// Whether nothing of the head has arrived.
    var isEmpty: Bool { scanned == 0 && kept.isEmpty }

    /// Continues to read at `position`, and moves it past the bytes that were used.
    /// - Returns: the bytes of the head if it is complete. Otherwise nil, and all input is used.
    mutating func read(
        _ input: Span<UInt8>, at position: inout Int, _ limits: ParserLimits
    ) throws(ParseError) -> [UInt8]? {
        let rest = input.extracting(position..<input.count)
        guard kept.isEmpty else { return try readMore(rest, at: &position, limits) }
        guard let end = try scan(rest, limits) else {
            kept.append(rest)
            position = input.count
            return nil
        }
        position += end
        var head: [UInt8] = []
        head.append(rest.extracting(0..<end))
        return head
    }

    private mutating func readMore(
        _ rest: Span<UInt8>, at position: inout Int, _ limits: ParserLimits
    ) throws(ParseError) -> [UInt8]? {
        // Moved out of the property, so that the array has one owner while it grows.
        var head: [UInt8] = []
        swap(&head, &kept)
        let before = head.count
        head.append(rest)
        guard let end = try scan(head.span, limits) else {
            swap(&head, &kept)
            position += rest.count
            return nil
        }
        position += end - before
        head.removeLast(head.count - end)
        return head
    }

    /// Continues the scan where the last one stopped.
    /// - Returns: the end of the head if it was found.
    private mutating func scan(_ bytes: Span<UInt8>, _ limits: ParserLimits) throws(ParseError) -> Int? {
        let limit = kind == .trailer ? limits.trailerBytes : limits.headBytes
        let end = min(bytes.count, limit)
        while true {
            let place = Characters.firstControl(in: bytes, from: scanned, to: end)
            scanned = place
            guard place < end else { break }
            guard bytes[place] == carriageReturn else {
                throw .malformed(bytes[place] == lineFeed ? .lineEnd : hasStartLine ? .fieldValue : badStart)
            }
            guard place + 1 < end else { break }
            guard bytes[place + 1] == lineFeed else { throw .malformed(.lineEnd) }
            let line = lineStart..<place
            scanned = place + 2
            lineStart = scanned
            if try endsHead(bytes, line, limits) { return scanned }
        }
        guard bytes.count < limit else { throw hasStartLine || kind != .request ? .headTooLarge : .targetTooLong }
        return nil
    }

    /// Reads a line.
    /// - Returns: true for the empty line that ends the head.
    private mutating func endsHead(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: ParserLimits
    ) throws(ParseError) -> Bool {
        if hasStartLine {
            if line.isEmpty { return true }
            try readField(bytes, line, limits)
            return false
        }
        startLine =
            kind == .request
            ? try StartLine(request: bytes, line: line, limits: limits) : try StartLine(response: bytes, line: line)
        hasStartLine = true
        places.reserveCapacity(12)
        return false
    }

    private var badStart: ParseError.Flaw { kind == .request ? .requestLine : .statusLine }

    private mutating func readField(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: ParserLimits
    ) throws(ParseError) {
        guard places.count < limits.fields else { throw .headTooLarge }
        let colon = Characters.endOfToken(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            let first = bytes[line.lowerBound]
            throw .malformed(first == space || first == 0x09 ? .foldedField : .fieldName)
        }
        let name = line.lowerBound..<colon
        let value = bytes.trimmed(colon + 1..<line.upperBound)
        places.append(
            HeaderFields.Place(
                nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                nameEnd: UInt32(truncatingIfNeeded: name.upperBound),
                valueStart: UInt32(truncatingIfNeeded: value.lowerBound),
                valueEnd: UInt32(truncatingIfNeeded: value.upperBound)))
        if kind == .trailer {
            guard !FramingFields.isForbiddenInTrailer(bytes, name: name) else { throw .malformed(.trailerField) }
        } else {
            try framing.note(bytes, name: name, value: value, isRequest: kind == .request)
        }
    }
}
