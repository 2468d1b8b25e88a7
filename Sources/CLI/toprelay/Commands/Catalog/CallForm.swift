import ArgumentParser
import Bytes
import Crypto
import SystemPackage
import TOP

/// The form of a call with files. It has one part for the JSON, and one for each `--file NAME=@PATH`.
struct CallForm {
    /// More than any catalog entry may allow.
    private static let maximumBytes = 33 << 20

    let body: [UInt8]
    let contentType: String

    /// Reads the files.
    /// - Throws: for an argument of another form (64), an unreadable file, or too many bytes.
    init(json: [UInt8], files: [String]) throws {
        var parts = [
            FilePart(name: "json", bytes: json[...], filename: "call.json", contentType: "application/json")
        ]
        var count = json.count
        for argument in files {
            let part = try Self.part(argument)
            count += part.bytes.count
            guard count <= Self.maximumBytes else {
                throw CommandError.refused("the call has more than \(Self.maximumBytes) bytes")
            }
            parts.append(part)
        }
        let boundary = "toprelay" + Hex.lower(SecureRandom.bytes(16))
        body = MultipartEncoding.encode([], files: parts, boundary: boundary)
        contentType = MultipartEncoding.contentType(boundary: boundary)
    }

    private static func part(_ argument: String) throws -> FilePart {
        guard let mark = argument.firstRange(of: "=@"), mark.lowerBound > argument.startIndex,
            mark.upperBound < argument.endIndex
        else {
            throw CommandError(message: "give a file as --file NAME=@PATH", code: .init(64))
        }
        let path = String(argument[mark.upperBound...])
        guard let bytes = try? FileDescriptor.contents(ofFile: path, upTo: maximumBytes + 1) else {
            throw CommandError.failed("cannot read \(path)")
        }
        let filename = FilePath(path).lastComponent?.string ?? path
        return FilePart(
            name: String(argument[..<mark.lowerBound]), bytes: bytes[...], filename: filename,
            contentType: mediaType(filename))
    }

    /// The media types that people upload to TOP. Other files have none.
    private static func mediaType(_ filename: String) -> String? {
        let types = [
            "bmp": "image/bmp", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png",
            "webp": "image/webp", "pdf": "application/pdf", "csv": "text/csv", "mp4": "video/mp4",
        ]
        return filename.split(separator: ".").last.flatMap { types[$0.lowercased()] }
    }
}
