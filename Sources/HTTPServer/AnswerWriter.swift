import Bytes
import HTTP1

/// Puts the heads of answers together, in memory that serves every answer of a loop.
struct AnswerWriter {
    /// The head that was written last.
    private(set) var head: [UInt8] = []

    /// Writes the head of an answer.
    /// - Returns: the body to send after it. It is empty if the framing says that there is none, or that it follows in
    ///   pieces.
    mutating func write(_ response: ServerResponse, _ framing: AnswerFraming) -> [UInt8] {
        head.removeAll(keepingCapacity: true)
        guard framing.body != .unframed else { return [] }
        appendStatusLine(response.status)
        for (name, value) in response.headers {
            appendField(name, value)
        }
        // A 204 has no length, and a 304 has the one of another answer (RFC 9110, 8.6).
        let hasBody = response.status != 204 && response.status != 304
        switch framing.body {
        case .whole where hasBody:
            append("Content-Length: ")
            appendDecimal(response.body.count)
            appendLineEnd()
        case .chunked: append("Transfer-Encoding: chunked\r\n")
        case .whole, .untilClose, .unframed: break
        }
        switch framing.connection {
        case .implied: appendLineEnd()
        case .keepAlive: append("Connection: keep-alive\r\n\r\n")
        case .close: append("Connection: close\r\n\r\n")
        }
        return hasBody && !framing.isHead ? response.body : []
    }

    /// What goes in front of a piece of `count` bytes in a chunked body. A piece must not be empty: that is the end.
    static func chunkHead(_ count: Int) -> [UInt8] { Array("\(String(count, radix: 16))\r\n".utf8) }

    private mutating func append(_ text: String) { head.append(utf8: text) }

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
        append(": ")
        let start = head.count
        append(value)
        for index in start..<head.count where head[index] < 0x20 || head[index] == 0x7F { head[index] = 0x20 }
        appendLineEnd()
    }

    private mutating func appendLineEnd() { append("\r\n") }

    private mutating func appendDecimal(_ number: Int) {
        guard number >= 10 else { return head.append(UInt8(ascii: "0") + UInt8(max(0, number))) }
        appendDecimal(number / 10)
        head.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Whether a name is a token, and not that of a field that the server itself writes.
    private static func isFieldName(_ name: String) -> Bool {
        guard FieldName.isToken(name) else { return false }
        switch name.utf8.count {
        case 10: return !FieldName.isSame(name, "connection")
        case 14: return !FieldName.isSame(name, "content-length")
        case 17: return !FieldName.isSame(name, "transfer-encoding")
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
