import NIOHTTP1

/// What the head of a request says about its target, its body and its connection; read in one pass over the fields.
///
/// The decoder (llhttp in strict mode) has refused most that is ambiguous. What it lets through and two servers could
/// read differently is refused here, because a proxy in front may have read it the other way.
struct RequestFraming: Equatable {
    var path: String
    var query: String?
    /// Bytes of body announced; nil when the body is chunked.
    var contentLength: Int?
    /// Whether the client waits for `100 Continue`.
    var expectsContinue = false
    /// Whether the client wants to go on with this connection.
    var keepsAlive: Bool
    /// Whether the client speaks HTTP/1.0, which has to be told of a connection that stays open.
    var isHTTP10: Bool

    /// Whether a body follows.
    var hasBody: Bool { contentLength != 0 }

    init(_ head: HTTPRequestHead, maximumTargetBytes: Int) throws(ServerFault) {
        guard head.uri.utf8.count <= maximumTargetBytes else { throw .targetTooLong(limit: maximumTargetBytes) }
        guard let target = Self.target(head.uri, method: head.method) else {
            throw .malformed(detail: "the request target is not an absolute path")
        }
        (path, query) = target
        isHTTP10 = head.version.minor == 0
        var fields = Fields()
        for (name, value) in head.headers {
            try fields.note(name, value)
        }
        guard fields.hosts == 1 || (fields.hosts == 0 && isHTTP10) else {
            throw .malformed(detail: fields.hosts == 0 ? "Host is missing" : "there are several Host fields")
        }
        if fields.isChunked {
            guard !isHTTP10 else { throw .malformed(detail: "Transfer-Encoding in HTTP/1.0") }
            guard fields.contentLength == nil else {
                throw .malformed(detail: "both Content-Length and Transfer-Encoding")
            }
            contentLength = nil
        } else {
            contentLength = fields.contentLength ?? 0
        }
        if !isHTTP10 {
            guard fields.expectation != .other else { throw .expectationFailed }
            expectsContinue = fields.expectation == .continue
        }
        // After a request to upgrade, the decoder reads no further request on this connection.
        keepsAlive = head.isKeepAlive && !fields.asksForUpgrade
    }

    /// Splits a request target into path and query: origin form, absolute form (RFC 9112, 3.2.2), or `*` of OPTIONS.
    private static func target(_ uri: String, method: HTTPMethod) -> (String, String?)? {
        let bytes = uri.utf8.span
        guard !bytes.isEmpty, let mark = queryMark(bytes) else { return nil }
        if bytes[0] == UInt8(ascii: "/") {
            return mark == bytes.count ? (uri, nil) : split(uri[...])
        }
        if uri == "*" {
            return method == .OPTIONS ? ("*", nil) : nil
        }
        for scheme in ["http://", "https://"]
        where bytes.count > scheme.utf8.count
            && ASCII.matches(bytes.extracting(first: scheme.utf8.count), scheme.utf8.span)
        {
            let rest = uri.dropFirst(scheme.utf8.count)
            guard let end = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                return ("/", nil)
            }
            guard end != rest.startIndex else { return nil }
            let (path, query) = split(rest[end...])
            return (path.isEmpty ? "/" : path, query)
        }
        return nil
    }

    /// Where the query of a request target begins, or its end; nil if a byte is not allowed in a target.
    private static func queryMark(_ target: borrowing Span<UInt8>) -> Int? {
        var mark = target.count
        for index in target.indices {
            let byte = target[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#") else { return nil }
            if byte == UInt8(ascii: "?"), mark == target.count { mark = index }
        }
        return mark
    }

    private static func split(_ target: Substring) -> (String, String?) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (String(target), nil) }
        return (String(target[..<mark]), String(target[target.utf8.index(after: mark)...]))
    }
}

extension RequestFraming {
    /// The fields that say how a request is to be read.
    private struct Fields {
        enum Expectation { case none, `continue`, other }

        var hosts = 0
        var contentLength: Int?
        var isChunked = false
        var asksForUpgrade = false
        var expectation = Expectation.none
        private var hasAuthorization = false
        private var hasContentType = false

        mutating func note(_ name: String, _ value: String) throws(ServerFault) {
            switch name.utf8.count {
            case 4 where ASCII.matches(name, "host"):
                hosts += 1
            case 6 where ASCII.matches(name, "expect"):
                expectation = ASCII.matches(value, "100-continue") ? .continue : .other
            case 7 where ASCII.matches(name, "upgrade"):
                asksForUpgrade = true
            case 12 where ASCII.matches(name, "content-type"):
                guard !hasContentType else { throw .malformed(detail: "there are several Content-Type fields") }
                hasContentType = true
            case 13 where ASCII.matches(name, "authorization"):
                guard !hasAuthorization else { throw .malformed(detail: "there are several Authorization fields") }
                hasAuthorization = true
            case 14 where ASCII.matches(name, "content-length"):
                try noteLength(value)
            case 17 where ASCII.matches(name, "transfer-encoding"):
                guard !isChunked else { throw .malformed(detail: "there are several Transfer-Encoding fields") }
                guard ASCII.matches(value, "chunked") else { throw .transferCodingUnsupported }
                isChunked = true
            default:
                break
            }
        }

        private mutating func noteLength(_ value: String) throws(ServerFault) {
            guard contentLength == nil else { throw .malformed(detail: "there are several Content-Length fields") }
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(value) else {
                throw .malformed(detail: "Content-Length is not a number of bytes")
            }
            contentLength = length
        }
    }
}
