/// A whole HTTP response.
struct WireResponse: Sendable {
    var status = 200
    var contentType: String
    var body: [UInt8]
    var closes = false
    /// Where the response redirects to.
    var location: String?

    /// The head with its empty line. Responses are written as raw bytes, so they can be cut anywhere.
    var head: [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Status")\r\nContent-Type: \(contentType)\r\n"
        text += "Content-Length: \(body.count)\r\n"
        if let location { text += "Location: \(location)\r\n" }
        if closes { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// The steps that write everything at once.
    var steps: [ResponseStep] {
        closes ? [.write(head + body), .close] : [.write(head + body)]
    }

    /// A page like those of gateways and proxies without a response.
    static func page(_ status: Int, _ text: String) -> WireResponse {
        let html = "<html><head><title>\(text)</title></head><body><h1>\(text)</h1></body></html>\n"
        return WireResponse(status: status, contentType: "text/html;charset=UTF-8", body: Array(html.utf8))
    }

    /// A response of the control endpoints.
    static func json(_ body: [UInt8], status: Int = 200) -> WireResponse {
        WireResponse(status: status, contentType: "application/json", body: body + [UInt8(ascii: "\n")])
    }

    static let reasons = [
        200: "OK", 302: "Found", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        413: "Content Too Large", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout",
    ]
}

/// One step of a response on a connection.
enum ResponseStep: Sendable, Equatable {
    case write([UInt8])
    case wait(milliseconds: Int)
    case close
}
