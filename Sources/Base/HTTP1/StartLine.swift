import Bytes

/// The parsed first line of a head.
struct StartLine: Equatable {
    /// The method of a request; empty in a response.
    var method = ""
    /// The status code of a response; 0 in a request.
    var status = 0
    /// Where the target's path and query are in the head.
    var path = 0..<0
    var query: Range<Int>?
    /// Whether the target is an absolute URI whose path is empty.
    var hasEmptyPath = false
    var isHTTP10 = false
}

// MARK: - Requests

extension StartLine {
    /// Reads `METHOD SP TARGET SP VERSION`.
    init(request bytes: Span<UInt8>, line: Range<Int>, limits: ParserLimits) throws(ParseError) {
        let methodEnd = Characters.endOfToken(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard methodEnd > line.lowerBound else { throw .malformed(.requestLine) }
        guard let method = Self.method(bytes.extracting(line.lowerBound..<methodEnd)) else {
            throw .malformed(.method)
        }
        guard methodEnd < line.upperBound, bytes[methodEnd] == space else { throw .malformed(.requestLine) }
        self.method = method
        let targetStart = methodEnd + 1
        // A target has no spaces, so the search for one begins at its end.
        let end = min(Characters.endOfTarget(in: bytes, from: targetStart), line.upperBound)
        guard let targetEnd = bytes.first(space, in: end..<line.upperBound) else {
            throw line.upperBound - targetStart > limits.targetBytes ? .targetTooLong : .malformed(.requestLine)
        }
        guard targetEnd - targetStart <= limits.targetBytes else { throw .targetTooLong }
        guard end == targetEnd, targetStart < targetEnd else { throw .malformed(.target) }
        try readTarget(bytes, targetStart..<targetEnd)
        guard let isHTTP10 = try Self.version(bytes, targetEnd + 1..<line.upperBound) else {
            throw .malformed(.requestLine)
        }
        self.isHTTP10 = isHTTP10
    }

    /// Reads a request target in origin form, absolute form (RFC 9112, 3.2.2), or `*` of OPTIONS.
    private mutating func readTarget(_ bytes: Span<UInt8>, _ target: Range<Int>) throws(ParseError) {
        let mark = bytes.first(UInt8(ascii: "?"), in: target) ?? target.upperBound
        if mark < target.upperBound { query = mark + 1..<target.upperBound }
        path = target.lowerBound..<mark
        if bytes[target.lowerBound] == UInt8(ascii: "/") { return }
        if target.count == 1, bytes[target.lowerBound] == UInt8(ascii: "*"), method == "OPTIONS" { return }
        guard let authority = Self.startOfAuthority(bytes, path),
            let end = Self.endOfAuthority(bytes, authority..<mark)
        else { throw .malformed(.target) }
        path = end..<mark
        hasEmptyPath = path.isEmpty
    }

    private static func startOfAuthority(_ bytes: Span<UInt8>, _ target: Range<Int>) -> Int? {
        for scheme in ["http://", "https://"] {
            let end = target.lowerBound + scheme.utf8.count
            guard end <= target.upperBound else { continue }
            let start = bytes.extracting(target.lowerBound..<end)
            if scheme.withUTF8Span({ start.equalsIgnoringCase($0) }) { return end }
        }
        return nil
    }

    /// Where the authority of an absolute URI ends; nil if it is empty or malformed.
    private static func endOfAuthority(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> Int? {
        var end = rest.lowerBound
        while end < rest.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
        return end > rest.lowerBound && isAuthority(bytes, rest.lowerBound..<end) ? end : nil
    }

    /// Whether bytes are a host with an optional port. They must not have anything that two servers could split
    /// differently.
    static func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        Characters.areHost(bytes, range)
    }
}

// MARK: - Responses

extension StartLine {
    /// Reads `VERSION SP STATUS [SP REASON]`. The reason may be empty.
    init(response bytes: Span<UInt8>, line: Range<Int>) throws(ParseError) {
        let versionEnd = line.lowerBound + 8
        let statusEnd = versionEnd + 4
        guard line.upperBound >= statusEnd, bytes[versionEnd] == space,
            let isHTTP10 = try Self.version(bytes, line.lowerBound..<versionEnd)
        else { throw .malformed(.statusLine) }
        self.isHTTP10 = isHTTP10
        for index in versionEnd + 1..<statusEnd {
            guard let digit = bytes[index].decimalDigit else { throw .malformed(.statusLine) }
            status = status * 10 + digit
        }
        guard (100...599).contains(status) else { throw .malformed(.statusLine) }
        guard line.upperBound == statusEnd || bytes[statusEnd] == space else { throw .malformed(.statusLine) }
    }

    /// Whether the version is 1.0; nil if the bytes are not a version.
    private static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ParseError) -> Bool? {
        let digits = range.lowerBound + 5
        guard digits <= range.upperBound, bytes.extracting(range.lowerBound..<digits).equals("HTTP/") else {
            return nil
        }
        guard range.count == 8, bytes[digits] == UInt8(ascii: "1"), bytes[digits + 1] == UInt8(ascii: ".") else {
            throw .versionUnsupported
        }
        switch bytes[digits + 2] {
        case UInt8(ascii: "1"): return false
        case UInt8(ascii: "0"): return true
        default: throw .versionUnsupported
        }
    }
}

extension StartLine {
    /// Methods other than POST and GET, by their length. CONNECT is missing because the server is not a proxy.
    private static let methods: [[String]] = {
        let all = [
            "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK",
            "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "PROPFIND", "PROPPATCH",
            "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK",
            "UNSUBSCRIBE",
        ]
        return (0...12).map { length in all.filter { $0.utf8.count == length } }
    }()

    /// The method that the bytes name. Methods are case-sensitive.
    private static func method(_ bytes: Span<UInt8>) -> String? {
        if bytes.equals("POST") { return "POST" }
        if bytes.equals("GET") { return "GET" }
        guard bytes.count < methods.count else { return nil }
        for method in methods[bytes.count] where bytes.equals(method) { return method }
        return nil
    }
}

let space = UInt8(ascii: " ")
let carriageReturn: UInt8 = 0x0D
let lineFeed: UInt8 = 0x0A

extension Span where Element == UInt8 {
    /// Whether the bytes equal a text.
    func equals(_ text: String) -> Bool {
        text.withUTF8Span { isEqual(to: $0) }
    }

    /// The first position of a byte in a range.
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }
}

extension UInt8 {
    /// The value of a decimal digit; nil for another byte.
    var decimalDigit: Int? { (0x30...0x39).contains(self) ? Int(self &- 0x30) : nil }
}
