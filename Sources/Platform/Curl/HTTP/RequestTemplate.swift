internal import Bytes
internal import CLibcurl

/// A request without its body. It is made once for all requests with the same URL and header lines.
final class RequestTemplate {
    /// The values that two requests must have in common to share a template.
    struct Key: Hashable {
        var url: String
        var headers: [String]
        var caFile: String?
        var proxy: CurlProxy?

        init(_ request: CurlRequest) {
            url = request.url
            headers = request.headers
            caFile = request.caFile
            proxy = request.proxy
        }

        func matches(_ request: CurlRequest) -> Bool {
            url == request.url && headers == request.headers && caFile == request.caFile && proxy == request.proxy
        }
    }

    let key: Key
    let destination: Destination
    let isPlain: Bool
    /// The head up to the value of `Content-Length`, its last field.
    private let head: [UInt8]

    /// - Parameter destination: returns the destination of a key.
    init(_ request: CurlRequest, destination: (Destination.Key) -> Destination) throws(TransferError) {
        let url = try ParsedURL(request.url)
        guard url.scheme == "https" || url.scheme == "http" else { throw TransferError(CURLE_UNSUPPORTED_PROTOCOL) }
        isPlain = url.scheme == "http"
        key = Key(request)
        self.destination = destination(
            Destination.Key(
                scheme: url.scheme, hostAndPort: url.hostAndPort, caFile: request.caFile, proxy: request.proxy))
        head = try Self.head(url, request.headers)
    }

    /// Appends a complete request. The bytes of the body are copied once.
    func append(_ body: [UInt8], to bytes: inout [UInt8]) {
        let length = "\(body.count)"
        bytes.reserveCapacity(bytes.count + head.count + length.utf8.count + 4 + body.count)
        bytes += head
        bytes.append(utf8: length)
        bytes.append(utf8: "\r\n\r\n")
        bytes += body
    }
}

extension RequestTemplate {
    /// Header fields that a caller may not set, because they frame the request or name its destination.
    private static let reserved = ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"]

    private static func head(_ url: ParsedURL, _ lines: [String]) throws(TransferError) -> [UInt8] {
        var text = "POST \(url.target) HTTP/1.1\r\n"
        text += "Host: \(url.authority)\r\n"
        let names = try lines.map { line throws(TransferError) in try name(of: line) }
        guard names.allSatisfy({ !reserved.contains($0) }) else { throw TransferError(CURLE_BAD_FUNCTION_ARGUMENT) }
        if !names.contains("accept") { text += "Accept: */*\r\n" }
        // `Gunzip` decodes this coding.
        text += "Accept-Encoding: gzip\r\n"
        for line in lines { text += "\(line)\r\n" }
        return Array("\(text)Content-Length: ".utf8)
    }

    /// The name of a header line in lower case. A line end would begin another header, so lines must not have one.
    private static func name(of line: String) throws(TransferError) -> String {
        let name = line.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard !name.isEmpty, name.count < line.utf8.count, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw TransferError(CURLE_BAD_FUNCTION_ARGUMENT) }
        return String(decoding: name, as: UTF8.self).lowercased()
    }
}
