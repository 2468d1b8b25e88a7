/// One request, as bytes that are exactly known.
struct HTTPRequest: Sendable {
    var method = "GET"
    var path: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    var bytes: [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: relay.test\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if method == "POST" || !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}
