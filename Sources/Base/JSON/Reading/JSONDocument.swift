/// A JSON text, parsed once into a flat tape over its bytes.
///
/// Reading a value copies only the text that is read. A document and all its values share one object, so passing them
/// costs a reference count.
package struct JSONDocument: Sendable {
    /// How strictly a text is parsed, and its limits.
    package struct Options: Sendable {
        /// The maximum nesting depth of arrays and objects.
        package var maximumDepth = 64
        /// Whether strings may have bytes below 0x20. They are kept unchanged.
        package var allowsControlCharacters = false
        /// Whether an object may repeat a member name. The first member counts; the others are invisible.
        package var allowsDuplicateNames = false
        /// Whether encoding faults are repaired: invalid UTF-8 and lone surrogate escapes become U+FFFD, and a byte
        /// order mark is skipped. The document then has the repaired bytes.
        package var repairsUTF8 = false

        /// RFC 8259 with unique names, for input of callers.
        package static let strict = Options()
        /// For responses of TOP. They have raw control characters, and sometimes bytes that are not UTF-8.
        package static let tolerant = Options(
            allowsControlCharacters: true, allowsDuplicateNames: true, repairsUTF8: true)

        /// Makes options. The defaults are strict.
        package init(
            maximumDepth: Int = 64, allowsControlCharacters: Bool = false, allowsDuplicateNames: Bool = false,
            repairsUTF8: Bool = false
        ) {
            self.maximumDepth = maximumDepth
            self.allowsControlCharacters = allowsControlCharacters
            self.allowsDuplicateNames = allowsDuplicateNames
            self.repairsUTF8 = repairsUTF8
        }
    }

    /// The data that a document and its values share.
    final class Storage: Sendable {
        let bytes: [UInt8]
        let nodes: [Node]
        /// Whether some object names a member twice.
        let repeatsNames: Bool

        init(bytes: [UInt8], nodes: [Node], repeatsNames: Bool) {
            self.bytes = bytes
            self.nodes = nodes
            self.repeatsNames = repeatsNames
        }

        /// Passes the source to `body` in place.
        @inline(__always)
        func withSource<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
            let bytes = bytes
            return body(bytes.span)
        }
    }

    let storage: Storage

    /// The maximum length of a text in bytes. Offsets on the tape have 32 bits.
    package static let maximumBytes = Int(Int32.max)

    /// Parses a complete text. Time and memory are linear in its length, whatever it contains.
    package init(_ bytes: [UInt8], options: Options = .strict) throws(JSONError) {
        guard bytes.count <= Self.maximumBytes else {
            throw JSONError(reason: .tooLarge(limit: Self.maximumBytes), offset: Self.maximumBytes)
        }
        do {
            storage = try Self.parse(bytes, options)
        } catch {
            guard options.repairsUTF8, error.reason == .invalidUTF8 else { throw error }
            storage = try Self.parse(Array(String(decoding: bytes, as: UTF8.self).utf8), options)
        }
    }

    /// Parses a text that is known to be valid Unicode.
    package init(_ text: String, options: Options = .strict) throws(JSONError) {
        try self.init(Array(text.utf8), options: options)
    }

    /// The source, or its repaired form if `repairsUTF8` had to change it.
    package var bytes: [UInt8] { storage.bytes }

    /// The value of the whole text.
    package var root: JSONValue { JSONValue(storage: storage, index: 0) }

    private static func parse(_ bytes: [UInt8], _ options: Options) throws(JSONError) -> Storage {
        var parser = Parser(options: options)
        try parser.parse(bytes.span)
        return Storage(bytes: bytes, nodes: parser.nodes, repeatsNames: parser.repeatsNames)
    }
}
