import NIOCore

/// How an answer goes onto the wire, besides what it says.
struct AnswerFraming: Equatable {
    enum Connection: Equatable {
        /// HTTP/1.1 goes on without a word.
        case implied
        /// HTTP/1.0 has to be told that the connection stays open.
        case keepAlive
        case close
    }

    enum Body {
        /// With its length ahead, in one piece with the head.
        case whole
        /// In chunks that follow.
        case chunked
        /// In pieces that follow, up to the end of the connection: HTTP/1.0.
        case untilClose
    }

    /// Whether this answers a `HEAD`.
    var isHead: Bool
    var connection: Connection
    var body = Body.whole
}

extension ByteBuffer {
    /// Writes head and body of an answer in one piece: one buffer, one flush, one system call. Of an answer whose body
    /// follows, the head.
    mutating func write(_ response: ServerResponse, _ framing: AnswerFraming) {
        reserveCapacity(minimumWritableBytes: 256 + response.headers.count * 64 + response.body.count)
        writeStatusLine(response.status)
        for (name, value) in response.headers {
            writeField(name, value)
        }
        // A 204 has no length, and a 304 the one of another answer (RFC 9110, 8.6).
        let hasBody = response.status != 204 && response.status != 304
        switch framing.body {
        case .whole where hasBody:
            writeStaticString("Content-Length: ")
            writeDecimal(response.body.count)
            writeStaticString("\r\n")
        case .chunked: writeStaticString("Transfer-Encoding: chunked\r\n")
        case .whole, .untilClose: break
        }
        switch framing.connection {
        case .implied: writeStaticString("\r\n")
        case .keepAlive: writeStaticString("Connection: keep-alive\r\n\r\n")
        case .close: writeStaticString("Connection: close\r\n\r\n")
        }
        if hasBody, !framing.isHead { writeBytes(response.body) }
    }

    /// Writes one piece of a body as a chunk. It must not be empty: that would be the end.
    mutating func writeChunk(_ piece: [UInt8]) {
        reserveCapacity(minimumWritableBytes: piece.count + 20)
        writeString(String(piece.count, radix: 16))
        writeStaticString("\r\n")
        writeBytes(piece)
        writeStaticString("\r\n")
    }

    private mutating func writeStatusLine(_ status: Int) {
        switch status {
        case 200: writeStaticString("HTTP/1.1 200 OK\r\n")
        default:
            writeStaticString("HTTP/1.1 ")
            writeDecimal(status)
            writeStaticString(" ")
            writeStaticString(Self.reason(status))
            writeStaticString("\r\n")
        }
    }

    private mutating func writeField(_ name: String, _ value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken), !Self.isOwn(name) else { return }
        writeString(name)
        writeStaticString(": ")
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            writeString(value)
        } else {
            writeBytes(value.utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        }
        writeStaticString("\r\n")
    }

    /// Whether a field is the server's own to write.
    private static func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: ASCII.matches(name, "connection")
        case 14: ASCII.matches(name, "content-length")
        case 17: ASCII.matches(name, "transfer-encoding")
        default: false
        }
    }

    private mutating func writeDecimal(_ number: Int) {
        writeString(String(number))
    }

    private static func reason(_ status: Int) -> StaticString {
        switch status {
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 424: "Failed Dependency"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
