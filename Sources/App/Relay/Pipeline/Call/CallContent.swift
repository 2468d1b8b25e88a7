import Catalog
import JSON
import Problems
import TOP

/// The content of a caller's body: JSON and files.
struct CallContent: Sendable {
    /// The name of the JSON part of a multipart body.
    static let jsonName = "json"

    var document: JSONDocument
    /// The files, with the caller's names.
    var files: [FilePart] = []
    /// The names of scalar parts that repeat another name.
    var repeatedNames: [String] = []

    /// Reads a body: JSON, or `multipart/form-data` if the request has a boundary.
    init(_ request: CallRequest) throws(Problem) {
        guard let boundary = request.boundary else {
            document = try Self.parse(request.body, "The body")
            return
        }
        let parts: [MultipartPart]
        do {
            parts = try MultipartReader.parts(of: request.body, boundary: boundary)
        } catch {
            throw Problem(.malformedRequest, "The body is not acceptable multipart/form-data: \(error).")
        }
        let json = try Self.jsonPart(parts, of: request.entry)
        document = if let json { try Self.document(parts[json]) } else { try Self.parse(Self.emptyObject, "The body") }
        var scalars: [MultipartPart] = []
        for (index, part) in parts.enumerated() where index != json {
            if part.filename == nil, !request.entry.isFile(part.name) {
                scalars.append(part)
            } else {
                files.append(
                    FilePart(name: part.name, bytes: part.bytes, filename: part.filename, contentType: part.contentType)
                )
            }
        }
        if !scalars.isEmpty { try add(scalars, of: request.entry) }
    }

    /// Adds scalar parts to the parameters.
    private mutating func add(_ parts: [MultipartPart], of entry: Entry) throws(Problem) {
        // The mapper refuses JSON that is not an object.
        guard document.root.kind == .object else { return }
        var names = Set(document.root.members.map(\.name))
        var writer = JSONWriter(capacity: document.root.raw.count + 256)
        writer.beginObject()
        for member in document.root.members {
            writer.name(member.name)
            writer.value(member.value)
        }
        for part in parts {
            guard part.charset ?? "utf-8" == "utf-8" else {
                throw Problem(.unsupportedMediaType, "The part \"\(part.name)\" must be UTF-8.")
            }
            guard let text = String(validating: part.bytes, as: UTF8.self) else {
                throw Problem(.malformedRequest, "The part \"\(part.name)\" is not valid UTF-8.")
            }
            guard names.insert(part.name).inserted else {
                repeatedNames.append(part.name)
                continue
            }
            writer.name(part.name)
            if entry.isBoolean(part.name), text == "true" || text == "false" {
                writer.bool(text == "true")
            } else {
                writer.string(text)
            }
        }
        writer.endObject()
        document = try Self.parse(writer.bytes, "The body")
    }

    /// The index of the part with the JSON: the part named `json`, or else the only part that is declared as JSON. A
    /// part with the name of a file parameter is always that file. Nil if there is no such part.
    private static func jsonPart(_ parts: [MultipartPart], of entry: Entry) throws(Problem) -> Int? {
        let candidates = parts.indices.filter { !entry.isFile(parts[$0].name) }
        let named = candidates.filter { parts[$0].name == jsonName }
        let found = named.isEmpty ? candidates.filter { parts[$0].isJSON } : named
        guard found.count <= 1 else {
            throw Problem(
                .malformedRequest,
                "\(found.count) parts of the body hold JSON; give one, named \"\(jsonName)\", with all parameters.")
        }
        return found.first
    }

    private static func document(_ part: MultipartPart) throws(Problem) -> JSONDocument {
        guard part.charset ?? "utf-8" == "utf-8" else {
            throw Problem(.unsupportedMediaType, "The JSON part must be UTF-8.")
        }
        return try parse(Array(part.bytes), "The JSON part")
    }

    private static func parse(_ bytes: [UInt8], _ subject: String) throws(Problem) -> JSONDocument {
        do {
            return try JSONDocument(bytes)
        } catch {
            throw Problem(.malformedRequest, "\(subject) is not acceptable JSON: \(error).")
        }
    }

    /// The JSON of a body without a JSON part.
    private static let emptyObject = Array("{}".utf8)
}
