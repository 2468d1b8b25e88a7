import Bytes
import HTTP1

/// Writes the heads of responses. All responses of a loop share its memory.
struct ResponseHeadWriter {
    /// The last head.
    private(set) var head: [UInt8] = []
    private var date = DateLine()

    /// Writes the head of a response to ``head``.
    /// - Parameter now: nanoseconds of the monotonic clock.
    /// - Returns: the body to send after the head. It is empty if the response has none, or if the body follows in
    ///   pieces.
    mutating func write(_ response: ServerResponse, _ framing: ResponseFraming, now: UInt64) -> [UInt8] {
        head.removeAll(keepingCapacity: true)
        guard framing.body != .unframed else { return [] }
        // A 204 has no length, and the length of a 304 would be that of another response (RFC 9110, 8.6).
        let hasBody = response.status != 204 && response.status != 304
        let date = date.bytes(now: now)
        head.append(addingCapacity: Self.room(for: response)) { output in
            Self.appendStatusLine(response.status, to: &output)
            output.append(date.span)
            for (name, value) in response.headers where Self.isFieldName(name) {
                Self.appendField(name, value, to: &output)
            }
            switch framing.body {
            case .whole where hasBody:
                output.append(utf8: "Content-Length: ")
                Self.appendDecimal(response.body.count, to: &output)
                output.append(utf8: "\r\n")
            case .chunked: output.append(utf8: "Transfer-Encoding: chunked\r\n")
            case .whole, .untilClose, .unframed: break
            }
            switch framing.connection {
            case .implied: output.append(utf8: "\r\n")
            case .keepAlive: output.append(utf8: "Connection: keep-alive\r\n\r\n")
            case .close: output.append(utf8: "Connection: close\r\n\r\n")
            }
        }
        return hasBody && !framing.isHead ? response.body : []
    }

    /// The line before a piece of `count` bytes in a chunked body. An empty chunk ends the body, so `count` is not 0.
    static func chunkHead(_ count: Int) -> [UInt8] { Array("\(String(count, radix: 16))\r\n".utf8) }

    /// An upper limit for the bytes of a head: its fields, and those that the server writes.
    private static func room(for response: ServerResponse) -> Int {
        response.headers.reduce(192) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 }
    }

    private static func appendStatusLine(_ status: Int, to output: inout OutputSpan<UInt8>) {
        guard status != 200 else { return output.append(utf8: "HTTP/1.1 200 OK\r\n") }
        output.append(utf8: "HTTP/1.1 ")
        appendDecimal(status, to: &output)
        output.append(UInt8(ascii: " "))
        output.append(utf8: reason(status))
        output.append(utf8: "\r\n")
    }

    private static func appendField(_ name: String, _ value: String, to output: inout OutputSpan<UInt8>) {
        output.append(utf8: name)
        output.append(utf8: ": ")
        value.withUTF8Span { bytes in
            let plain = bytes.firstControl(from: 0, to: bytes.count)
            output.append(bytes.extracting(0..<plain))
            for index in plain..<bytes.count {
                output.append(bytes[index] < 0x20 || bytes[index] == 0x7F ? 0x20 : bytes[index])
            }
        }
        output.append(utf8: "\r\n")
    }

    private static func appendDecimal(_ number: Int, to output: inout OutputSpan<UInt8>) {
        if number >= 10 { appendDecimal(number / 10, to: &output) }
        output.append(UInt8(ascii: "0") + UInt8(max(0, number) % 10))
    }

    /// Whether a name is a token, and the server does not write the field itself.
    private static func isFieldName(_ name: String) -> Bool {
        switch name {
        case "Content-Type", "Top-Call-Id", "Top-Outcome", "Server-Timing", "X-Request-Id", "Cache-Control":
            return true
        default: break
        }
        guard FieldName.isToken(name) else { return false }
        switch name.utf8.count {
        case 4: return !FieldName.isSame(name, "date")
        case 10: return !FieldName.isSame(name, "connection")
        case 14: return !FieldName.isSame(name, "content-length")
        case 17: return !FieldName.isSame(name, "transfer-encoding")
        default: return true
        }
    }
}

extension ResponseHeadWriter {
    private static func reason(_ status: Int) -> String {
        switch status {
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 302: "Found"
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
