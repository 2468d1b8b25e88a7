/// `multipart/form-data` (RFC 7578), in which TOP takes requests with files.
public enum MultipartEncoding {
    /// The value of the request's `Content-Type`.
    public static func contentType(boundary: String) -> String {
        "multipart/form-data;charset=UTF-8;boundary=\(boundary)"
    }

    /// The parameters in the order given, without those that are not signed either (`Parameter.isDropped`), and then
    /// the files. The boundary must be of random characters that need no quoting, at most 70.
    public static func encode(_ parameters: [Parameter], files: [FilePart], boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(
            files.reduce(256 * (files.count + parameters.count)) { $0 + $1.bytes.count }
                + parameters.reduce(0) { $0 + $1.value.utf8.count })
        for parameter in parameters where !parameter.isDropped {
            begin(parameter.name, boundary, &body)
            body += "\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n".utf8
            body += parameter.value.utf8
            body += "\r\n".utf8
        }
        for file in files {
            begin(file.name, boundary, &body)
            body += "; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n".utf8
            body += file.bytes
            body += "\r\n".utf8
        }
        body += "--\(boundary)--\r\n".utf8
        return body
    }

    /// Names are quoted as browsers do it: what would end the quotes or the line is percent-encoded.
    private static func begin(_ name: String, _ boundary: String, _ body: inout [UInt8]) {
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"".utf8
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "\""): body += "%22".utf8
            case 0x0D: body += "%0D".utf8
            case 0x0A: body += "%0A".utf8
            default: body.append(byte)
            }
        }
        body.append(UInt8(ascii: "\""))
    }
}
