/// A whole HTTP answer.
struct WireResponse: Sendable {
    var status = 200
    var contentType: String
    var body: [UInt8]
    var closes = false

    /// The head with its empty line. Parts of the answer are written raw, so that it can be broken off anywhere.
    var head: [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Status")\r\nContent-Type: \(contentType)\r\n"
        text += "Content-Length: \(body.count)\r\n"
        if closes { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// Everything is written at once.
    var steps: [Step] {
        closes ? [.write(head + body), .close] : [.write(head + body)]
    }

    /// A page as gateways and proxies show it when they have no answer.
    static func page(_ status: Int, _ text: String) -> WireResponse {
        let html = "<html><head><title>\(text)</title></head><body><h1>\(text)</h1></body></html>\n"
        return WireResponse(status: status, contentType: "text/html;charset=UTF-8", body: Array(html.utf8))
    }

    /// An answer of the control endpoints.
    static func json(_ body: [UInt8], status: Int = 200) -> WireResponse {
        WireResponse(status: status, contentType: "application/json", body: body + [UInt8(ascii: "\n")])
    }

    static let reasons = [
        200: "OK", 302: "Found", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        413: "Content Too Large", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout",
    ]
}
