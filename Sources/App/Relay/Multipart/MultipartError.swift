/// Why the relay does not accept a body as `multipart/form-data`.
enum MultipartError: Error, Sendable, Equatable, CustomStringConvertible {
    case empty
    case noBoundary
    case badBoundaryLine(offset: Int)
    case noClosingBoundary
    case tooManyParts
    case tooManyHeaderBytes(part: Int)
    case headNotEnded(part: Int)
    case badHeader(part: Int)
    case repeatedHeader(part: Int, name: String)
    case notFormData(part: Int)
    case noName(part: Int)
    case badFilename(part: Int)
    case badContentType(part: Int)
    case transferEncoding(part: Int)

    /// A clause for the caller. Parts are numbered from 1. It holds nothing of a part's content.
    var description: String {
        switch self {
        case .empty: "it is empty"
        case .noBoundary: "it does not hold the boundary that Content-Type names"
        case .badBoundaryLine(let offset): "the boundary line at byte \(offset) does not end with CR LF or --"
        case .noClosingBoundary: "it ends before its closing boundary"
        case .tooManyParts: "it has more than \(MultipartReader.maximumParts) parts"
        case .tooManyHeaderBytes(let part):
            "the headers of part \(part) have more than \(MultipartReader.maximumHeadBytes) bytes"
        case .headNotEnded(let part): "the headers of part \(part) do not end with an empty line"
        case .badHeader(let part): "a header of part \(part) is malformed"
        case .repeatedHeader(let part, let name): "part \(part) has the header \(name) twice"
        case .notFormData(let part): "part \(part) has no Content-Disposition: form-data"
        case .noName(let part): "part \(part) has no name"
        case .badFilename(let part):
            "the filename of part \(part) has more than \(MultipartPart.maximumFilenameBytes) bytes"
        case .badContentType(let part): "the Content-Type of part \(part) is malformed"
        case .transferEncoding(let part):
            "part \(part) has a Content-Transfer-Encoding: send its bytes as they are, without one"
        }
    }
}
