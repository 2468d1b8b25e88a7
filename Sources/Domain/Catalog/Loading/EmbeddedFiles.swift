import CCatalog

/// The catalog's files that are embedded in the binary.
enum EmbeddedFiles {
    /// All files, by name.
    static func all() -> [CatalogFile] {
        (0..<ccatalog_count()).map { CatalogFile(name: name($0), text: text($0)) }
    }

    private static func name(_ file: UInt32) -> String {
        String(decoding: (0..<ccatalog_name_length(file)).map { ccatalog_name_byte(file, $0) }, as: UTF8.self)
    }

    private static func text(_ file: UInt32) -> String {
        let count = Int(ccatalog_length(file))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        for offset in stride(from: 0, to: count, by: 8) {
            var word = ccatalog_word(file, UInt32(offset))
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

/// A catalog file: `METHOD.yaml` or `METHOD.overlay.yaml`.
public struct CatalogFile: Sendable, Equatable {
    /// The file's name, or its path for messages; the part behind the last slash says what it is.
    public let name: String
    /// Its text.
    public let text: String

    /// Makes a file from its name and text.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}
