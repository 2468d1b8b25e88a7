import Bytes

/// A part of a `multipart/form-data` body.
struct MultipartPart: Sendable, Equatable {
    /// The longest filename, in bytes of UTF-8.
    static let maximumFilenameBytes = 255

    let name: String
    /// The filename without folders and control characters; nil if the part has none.
    let filename: String?
    /// `Content-Type` as sent; nil if the part has none.
    let contentType: String?
    /// The content: a slice of the body.
    let bytes: ArraySlice<UInt8>

    /// Reads a part's headers. `number` counts from 1.
    init(head: ArraySlice<UInt8>, bytes: ArraySlice<UInt8>, number: Int) throws(MultipartError) {
        let headers = try PartHeaders(head, part: number)
        guard headers["content-transfer-encoding"] == nil else { throw .transferEncoding(part: number) }
        guard let text = headers["content-disposition"], let disposition = ParameterizedValue(text),
            disposition.value == "form-data"
        else { throw .notFormData(part: number) }
        guard let name = disposition.parameters["name"], !name.isEmpty else { throw .noName(part: number) }
        self.name = name
        self.bytes = bytes
        filename = Self.filename(disposition.parameters)
        guard filename?.utf8.count ?? 0 <= Self.maximumFilenameBytes else { throw .badFilename(part: number) }
        contentType = headers["content-type"]
        guard contentType.map(Self.isContentType) ?? true else { throw .badContentType(part: number) }
    }

    /// Whether the part is declared as JSON.
    var isJSON: Bool {
        guard let contentType, let media = ParameterizedValue(contentType)?.value else { return false }
        return media == "application/json" || media.hasPrefix("application/") && media.hasSuffix("+json")
    }

    /// The charset in lower case; nil if the part does not name one.
    var charset: String? {
        contentType.flatMap { ParameterizedValue($0)?.parameters["charset"]?.lowercased() }
    }

    private static func isContentType(_ text: String) -> Bool {
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            let media = ParameterizedValue(text)?.value
        else { return false }
        let halves = media.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return halves.count == 2
            && halves.allSatisfy { !$0.isEmpty && $0.allSatisfy(ParameterizedValue.isTokenByte) }
    }

    /// The filename without folders and control characters, because TOP receives it.
    private static func filename(_ parameters: [String: String]) -> String? {
        guard let given = parameters["filename*"].flatMap(extended) ?? parameters["filename"] else { return nil }
        let last = given.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\")
        }.last
        return String(decoding: (last ?? given.utf8[...]).filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }

    /// Decodes a text like `UTF-8''%E5%9B%BE.png` (RFC 8187), which some clients send for names outside ASCII.
    private static func extended(_ text: String) -> String? {
        let prefix = "utf-8'"
        guard text.lowercased().hasPrefix(prefix),
            let start = text.utf8.dropFirst(prefix.utf8.count).firstIndex(of: UInt8(ascii: "'"))
        else { return nil }
        var rest = text.utf8[text.utf8.index(after: start)...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Hex.value(of:)), let low = rest.popFirst().flatMap(Hex.value(of:))
            else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

}
