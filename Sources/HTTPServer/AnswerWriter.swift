import NIOCore

/// Writes answers of one connection. The text of a head is put together in an array, which serves the next answer too,
/// and goes to the channel's buffer in one piece: each write to such a buffer has its cost.
struct AnswerWriter {
    private var head: [UInt8] = []

    /// Writes head and body of an answer: one buffer, one flush, one system call. Of an answer whose body follows, the
    /// head.
    mutating func write(_ response: ServerResponse, _ framing: AnswerFraming, to buffer: inout ByteBuffer) {
        head.removeAll(keepingCapacity: true)
        appendStatusLine(response.status)
        for (name, value) in response.headers {
            appendField(name, value)
        }
        // A 204 has no length, and a 304 the one of another answer (RFC 9110, 8.6).
        let hasBody = response.status != 204 && response.status != 304
        switch framing.body {
        case .whole where hasBody:
            append("Content-Length: ")
            appendDecimal(response.body.count)
            appendLineEnd()
        case .chunked: append("Transfer-Encoding: chunked\r\n")
        case .whole, .untilClose: break
        }
        switch framing.connection {
        case .implied: appendLineEnd()
        case .keepAlive: append("Connection: keep-alive\r\n\r\n")
        case .close: append("Connection: close\r\n\r\n")
        }
        let body = hasBody && !framing.isHead ? response.body : []
        buffer.reserveCapacity(minimumWritableBytes: head.count + body.count)
        buffer.writeBytes(head)
        buffer.writeBytes(body)
    }

    private mutating func append(_ text: String) { head.append(contentsOf: text.utf8) }

    private mutating func appendStatusLine(_ status: Int) {
        guard status != 200 else { return append("HTTP/1.1 200 OK\r\n") }
        append("HTTP/1.1 ")
        appendDecimal(status)
        append(" ")
        append(Self.reason(status))
        appendLineEnd()
    }

    private mutating func appendField(_ name: String, _ value: String) {
        guard Self.isFieldName(name) else { return }
        append(name)
        head.append(UInt8(ascii: ":"))
        head.append(UInt8(ascii: " "))
        let start = head.count
        append(value)
        for index in start..<head.count where head[index] < 0x20 || head[index] == 0x7F { head[index] = 0x20 }
        appendLineEnd()
    }

    private mutating func appendLineEnd() {
        head.append(UInt8(ascii: "\r"))
        head.append(UInt8(ascii: "\n"))
    }

    private mutating func appendDecimal(_ number: Int) {
        guard number >= 10 else { return head.append(UInt8(ascii: "0") + UInt8(max(0, number))) }
        appendDecimal(number / 10)
        head.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Whether a field has a name that is a token, and not one that is the server's own to write.
    private static func isFieldName(_ name: String) -> Bool {
        let bytes = name.utf8.span
        for index in bytes.indices where !ASCII.isToken(bytes[index]) { return false }
        switch bytes.count {
        case 0: return false
        case 10: return !ASCII.matches(name, "connection")
        case 14: return !ASCII.matches(name, "content-length")
        case 17: return !ASCII.matches(name, "transfer-encoding")
        default: return true
        }
    }
}

extension AnswerWriter {
    private static func reason(_ status: Int) -> String {
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

extension ByteBuffer {
    /// Writes one piece of a body as a chunk. It must not be empty: that would be the end.
    mutating func writeChunk(_ piece: [UInt8]) {
        reserveCapacity(minimumWritableBytes: piece.count + 20)
        writeString(String(piece.count, radix: 16))
        writeStaticString("\r\n")
        writeBytes(piece)
        writeStaticString("\r\n")
    }
}
