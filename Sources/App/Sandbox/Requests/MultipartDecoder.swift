/// Reads multipart/form-data strictly and with its own code, so that faults of the relay's encoder show.
///
/// Parts with a filename are files. They are not parameters, and TOP leaves them out of the signature.
struct MultipartDecoder {
    /// The bytes are not a valid form.
    enum FormError: Error, Equatable {
        case noBoundary
        case notClosed
        case badPart(Int)
        case tooManyParts(limit: Int)
    }

    /// A file of a request, without its bytes.
    struct File: Sendable, Equatable {
        let name: String
        let filename: String
        let contentType: String
        let byteCount: Int
    }

    static let maximumParts = 1000
    private static let lineEnd: [UInt8] = [13, 10]

    private(set) var parameters: [ReceivedParameter] = []
    private(set) var files: [File] = []

    /// The parameters and the files in the received order.
    init(_ body: [UInt8], contentType: String) throws(FormError) {
        guard let boundary = Self.boundary(contentType) else { throw .noBoundary }
        let line = Array("--\(boundary)".utf8)
        guard body.starts(with: line) else { throw .noBoundary }
        var position = line.count
        for number in 1... {
            let rest = body[position...]
            if rest.starts(with: "--\r\n".utf8), rest.count == 4 { return }
            guard rest.starts(with: Self.lineEnd) else { throw .notClosed }
            guard number <= Self.maximumParts else { throw .tooManyParts(limit: Self.maximumParts) }
            guard let end = Self.first(Self.lineEnd + line, in: body, from: position + 2) else { throw .notClosed }
            try add(body[(position + 2)..<end], number)
            position = end + 2 + line.count
        }
    }

    private mutating func add(_ part: ArraySlice<UInt8>, _ number: Int) throws(FormError) {
        let bytes = Array(part)
        guard let gap = Self.first(Self.lineEnd + Self.lineEnd, in: bytes, from: 0),
            let head = String(validating: bytes[..<gap], as: UTF8.self)
        else { throw .badPart(number) }
        var fields: [String: String] = [:]
        for line in head.split(separator: "\r\n", omittingEmptySubsequences: false) {
            let pair = line.split(separator: ": ", maxSplits: 1)
            guard pair.count == 2, fields.updateValue(String(pair[1]), forKey: pair[0].lowercased()) == nil else {
                throw .badPart(number)
            }
        }
        guard let disposition = fields["content-disposition"], disposition.hasPrefix("form-data; "),
            let name = Self.quoted("name", in: disposition), !name.isEmpty
        else { throw .badPart(number) }
        let content = bytes[(gap + 4)...]
        guard let filename = Self.quoted("filename", in: disposition) else {
            guard let value = String(validating: content, as: UTF8.self) else { throw .badPart(number) }
            parameters.append(ReceivedParameter(name: name, value: value))
            return
        }
        guard let type = fields["content-type"], !filename.isEmpty else { throw .badPart(number) }
        files.append(File(name: name, filename: filename, contentType: type, byteCount: content.count))
    }

    private static func boundary(_ contentType: String) -> String? {
        for part in contentType.split(separator: ";").dropFirst() {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "boundary" else { continue }
            let text = pair[1].hasPrefix("\"") && pair[1].hasSuffix("\"") ? pair[1].dropFirst().dropLast() : pair[1]
            return (1...70).contains(text.utf8.count) ? String(text) : nil
        }
        return nil
    }

    /// The quoted value after ` NAME=`. Browsers encode quotes and line ends in it.
    private static func quoted(_ name: String, in text: String) -> String? {
        guard let start = text.firstRange(of: " \(name)=\"") else { return nil }
        let rest = text[start.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return String(rest[..<end]).replacing("%22", with: "\"").replacing("%0D", with: "\r")
            .replacing("%0A", with: "\n")
    }

    private static func first(_ needle: [UInt8], in bytes: [UInt8], from offset: Int) -> Int? {
        var position = offset
        while let found = bytes[position...].firstIndex(of: needle[0]) {
            if bytes[found...].starts(with: needle) { return found }
            position = found + 1
        }
        return nil
    }
}
