import Bytes

/// What the fields of a head state about the message's frame: its body and its connection.
struct FramingFields: Equatable {
    var hosts = 0
    var contentLength: Int?
    var isChunked = false
    var saysClose = false
    var saysKeepAlive = false
    var asksForUpgrade = false
    var expectsContinue = false

    /// The maximum number of digits of a length. More would overflow, or hide a length in zeros.
    private static let maximumDigits = 19

    /// Notes one field of a head. Fields that do not affect the frame are ignored.
    mutating func note(
        _ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>, isRequest: Bool
    ) throws(ParseError) {
        switch name.count {
        case 4 where isRequest && Self.matches(bytes, name, "host"):
            guard StartLine.isAuthority(bytes, value) else { throw .malformed(.hostInvalid) }
            hosts += 1
        case 6 where isRequest && Self.matches(bytes, name, "expect"):
            guard Self.matches(bytes, value, "100-continue") else { throw .expectationUnsupported }
            expectsContinue = true
        case 7 where Self.matches(bytes, name, "upgrade"):
            asksForUpgrade = true
        case 10 where Self.matches(bytes, name, "connection"):
            noteConnection(bytes, value)
        case 16 where Self.matches(bytes, name, "proxy-connection"):
            // Some parsers treat it as Connection. Closing is right for all of them.
            let keepsAlive = saysKeepAlive
            noteConnection(bytes, value)
            saysKeepAlive = keepsAlive
        case 14 where Self.matches(bytes, name, "content-length"):
            try noteLength(bytes, value)
        case 17 where Self.matches(bytes, name, "transfer-encoding"):
            try noteCoding(bytes, value)
        default: break
        }
    }

    /// Whether a name may not be in a trailer section, because it would change the message's frame or destination.
    static func isForbiddenInTrailer(_ bytes: Span<UInt8>, name: Range<Int>) -> Bool {
        switch name.count {
        case 4: matches(bytes, name, "host")
        case 7: matches(bytes, name, "upgrade")
        case 10: matches(bytes, name, "connection")
        case 14: matches(bytes, name, "content-length")
        case 16: matches(bytes, name, "proxy-connection")
        case 17: matches(bytes, name, "transfer-encoding")
        default: false
        }
    }

    private static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
        text.withUTF8Span { bytes.extracting(range).equalsIgnoringCase($0) }
    }

    private mutating func noteLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(ParseError) {
        guard contentLength == nil else { throw .malformed(.lengthRepeated) }
        guard (1...Self.maximumDigits).contains(value.count) else { throw .malformed(.lengthInvalid) }
        var length = 0
        for index in value {
            guard let digit = bytes[index].decimalDigit else { throw .malformed(.lengthInvalid) }
            let (product, overflows) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { throw .malformed(.lengthInvalid) }
            length = sum
        }
        contentLength = length
    }

    private mutating func noteCoding(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(ParseError) {
        guard !isChunked else { throw .malformed(.codingRepeated) }
        if Self.matches(bytes, value, "chunked") {
            // llhttp does not accept `chunked` if a tab follows it.
            guard bytes[value.upperBound] == carriageReturn else { throw .malformed(.codingNotLast) }
            isChunked = true
            return
        }
        // Without chunked as the last coding, a request has no length that all servers agree on (RFC 9112, 6.3).
        var start = value.upperBound
        while start > value.lowerBound, bytes[start - 1] != UInt8(ascii: ",") { start -= 1 }
        while start < value.upperBound, bytes[start] == space || bytes[start] == 0x09 { start += 1 }
        let isLast = start > value.lowerBound && Self.matches(bytes, start..<value.upperBound, "chunked")
        throw isLast ? .transferCodingUnsupported : .malformed(.codingNotLast)
    }

    /// Reads the options of a `Connection` field. Other options do not matter here.
    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            let option = bytes.trimmed(start..<end)
            if Self.matches(bytes, option, "close") { saysClose = true }
            if Self.matches(bytes, option, "keep-alive") { saysKeepAlive = true }
            start = end + 1
        }
    }
}

extension Span where Element == UInt8 {
    /// A range without spaces and tabs at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start] == space || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == space || self[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
