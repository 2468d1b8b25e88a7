/// Splits a `multipart/form-data` body into its parts (RFC 7578, RFC 2046). It refuses input that two readers could
/// understand differently. The content of the parts is slices of the body.
struct MultipartReader {
    /// How many parts a body may have.
    static let maximumParts = 64
    /// How many bytes the headers of one part may have.
    static let maximumHeadBytes = 8 << 10

    private let body: [UInt8]
    /// The bytes of a boundary after a part.
    private let delimiter: BytePattern
    private var position = 0

    private init(_ body: [UInt8], _ boundary: MultipartBoundary) {
        self.body = body
        delimiter = BytePattern(Array("\r\n--\(boundary.text)".utf8))
    }

    /// The parts in the order sent. Bytes before the first boundary and after the last one are ignored.
    static func parts(of body: [UInt8], boundary: MultipartBoundary) throws(MultipartError) -> [MultipartPart] {
        guard !body.isEmpty else { throw .empty }
        var reader = MultipartReader(body, boundary)
        try reader.findFirst(boundary)
        var parts: [MultipartPart] = []
        while try reader.hasNextPart() {
            guard parts.count < maximumParts else { throw .tooManyParts }
            parts.append(try reader.part(parts.count + 1))
        }
        return parts
    }

    private mutating func findFirst(_ boundary: MultipartBoundary) throws(MultipartError) {
        let first = "--\(boundary.text)".utf8
        if body.starts(with: first) {
            position = first.count
        } else if let start = delimiter.find(in: body.span, from: 0) {
            position = start + delimiter.count
        } else {
            throw .noBoundary
        }
    }

    /// Reads the rest of a boundary's line; false if it is the closing one.
    private mutating func hasNextPart() throws(MultipartError) -> Bool {
        let line = position
        let rest = body[position...]
        let isLast = rest.starts(with: "--".utf8)
        let end = rest.dropFirst(isLast ? 2 : 0).drop { $0 == 0x20 || $0 == 0x09 }
        guard end.starts(with: "\r\n".utf8) || isLast && end.isEmpty else {
            if end.isEmpty { throw .noClosingBoundary }
            throw .badBoundaryLine(offset: line)
        }
        position = end.startIndex + 2
        return !isLast
    }

    /// Reads from the end of one boundary's line to the end of the next boundary.
    private mutating func part(_ number: Int) throws(MultipartError) -> MultipartPart {
        guard let end = delimiter.find(in: body.span, from: position) else { throw .noClosingBoundary }
        let part = body[position..<end]
        let head = part.prefix(Self.maximumHeadBytes + 4)
        guard let headEnd = Self.headEnd(head) else {
            if head.count < part.count { throw .tooManyHeaderBytes(part: number) }
            throw .headNotEnded(part: number)
        }
        position = end + delimiter.count
        return try MultipartPart(head: part[..<headEnd], bytes: part[(headEnd + 4)...], number: number)
    }

    /// Where the last header ends and the empty line after it begins.
    private static func headEnd(_ head: ArraySlice<UInt8>) -> Int? {
        var rest = head
        while let end = rest.firstIndex(of: 0x0D) {
            rest = rest[end...]
            if rest.starts(with: "\r\n\r\n".utf8) { return end }
            rest = rest.dropFirst()
        }
        return nil
    }
}
