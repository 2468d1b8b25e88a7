/// The encoding `multipart/form-data` (RFC 7578), which TOP needs for requests with files.
package enum MultipartEncoding {
    /// The value of the request's `Content-Type`.
    package static func contentType(boundary: String) -> String {
        "multipart/form-data;charset=UTF-8;boundary=\(boundary)"
    }

    /// Encodes parameters in the given order, except those that are not signed either (`Parameter.isDropped`), followed
    /// by the files. A file without a name gets the name `file`, and one of an unknown type is
    /// `application/octet-stream`.
    /// - Parameter boundary: at most 70 random characters that need no quoting.
    package static func encode(_ parameters: [Parameter], files: [FilePart], boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(
            files.reduce(256 * (files.count + parameters.count)) {
                $0 + $1.bytes.count + $1.name.utf8.count + ($1.filename?.utf8.count ?? 0)
            } + parameters.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count })
        for parameter in parameters where !parameter.isDropped {
            begin(parameter.name, boundary, &body)
            body += "\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n".utf8
            body += parameter.value.utf8
            body += "\r\n".utf8
        }
        for file in files {
            begin(file.name, boundary, &body)
            body += "; filename=".utf8
            quote(file.filename.flatMap { $0.isEmpty ? nil : $0 } ?? "file", &body)
            body += "\r\nContent-Type: ".utf8
            line(file.contentType ?? "application/octet-stream", &body)
            body += "\r\n\r\n".utf8
            body += file.bytes
            body += "\r\n".utf8
        }
        body += "--\(boundary)--\r\n".utf8
        return body
    }

    private static func begin(_ name: String, _ boundary: String, _ body: inout [UInt8]) {
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=".utf8
        quote(name, &body)
    }

    /// Quotes a name as browsers do: a character that would end the quotes or the line is percent-encoded.
    private static func quote(_ name: String, _ body: inout [UInt8]) {
        body.append(UInt8(ascii: "\""))
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

    /// Appends the text of a header without characters that would end its line.
    private static func line(_ text: String, _ body: inout [UInt8]) {
        body += text.utf8.lazy.filter { $0 >= 0x20 && $0 != 0x7F }
    }
}
