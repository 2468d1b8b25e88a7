import Bytes
package import JSON

/// A text parameter of a TOP request, as it is signed and sent.
package struct Parameter: Sendable, Equatable {
    /// The documented name.
    package var name: String
    /// The text before any encoding.
    package var value: String

    /// Makes a parameter.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the parameter is neither signed nor sent, because its name is empty, or its value is empty or blank.
    ///
    /// SDKs disagree on blank values: Java's drops them, .NET's keeps them. A parameter must be both signed and sent,
    /// or neither. They are dropped, as in Java.
    package var isDropped: Bool { name.utf8.isEmpty || Self.isBlank(value) }

    /// Whether a text is empty or has only white space, as Java's `Character.isWhitespace` defines it for ASCII: space,
    /// TAB, LF, VT, FF, CR and U+001C to U+001F. White space beyond ASCII counts as content.
    package static func isBlank(_ text: String) -> Bool {
        text.withUTF8Span { isBlank($0) }
    }

    /// The same for a text given as UTF-8.
    package static func isBlank(_ text: Span<UInt8>) -> Bool {
        for index in 0..<text.count {
            switch text[index] {
            case 0x20, 0x09...0x0D, 0x1C...0x1F: continue
            default: return false
            }
        }
        return true
    }
}

extension JSONWriter {
    /// Writes `"parameters":{NAME: text}`, and `"files":{NAME: bytes}` if there are files.
    package mutating func content(_ parameters: [Parameter], fileSizes: [(name: String, bytes: Int)]) {
        name("parameters")
        beginObject()
        for parameter in parameters {
            name(parameter.name)
            string(parameter.value)
        }
        endObject()
        guard !fileSizes.isEmpty else { return }
        name("files")
        beginObject()
        for file in fileSizes {
            name(file.name)
            integer(file.bytes)
        }
        endObject()
    }
}
