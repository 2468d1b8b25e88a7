/// A JSON text, parsed once into a flat tape over its bytes.
///
/// Reading a value copies nothing but the text asked for. A document and all its values share one object, so handing
/// them on costs a reference count.
package struct JSONDocument: Sendable {
    /// How strictly a text is read, and its limits.
    package struct Options: Sendable {
        /// How many arrays and objects may be open at once.
        package var maximumDepth = 64
        /// Whether bytes below 0x20 may stand in strings; they are kept as they are.
        package var allowsControlCharacters = false
        /// Whether an object may name a member twice; the first one wins, the others are not to be seen.
        package var allowsDuplicateNames = false
        /// Whether faults of encoding are repaired: invalid UTF-8 and lone surrogate escapes become U+FFFD, and a
        /// byte order mark is skipped. The document's bytes are then the repaired ones.
        package var repairsUTF8 = false

        /// RFC 8259 with unique names: for what callers send.
        package static let strict = Options()
        /// For the answers of TOP, which hold raw control characters and at times bytes that are not UTF-8.
        package static let tolerant = Options(
            allowsControlCharacters: true, allowsDuplicateNames: true, repairsUTF8: true)

        /// Makes options; each default is the strict one.
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

    /// What a document and its values share.
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

        /// Hands out the source in place.
        @inline(__always)
        func withSource<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
            let bytes = bytes
            return body(bytes.span)
        }
    }

    let storage: Storage

    /// The longest text that is read, in bytes; offsets on the tape have 32 bits.
    package static let maximumBytes = Int(Int32.max)

    /// Parses a whole text. Time and memory are linear in its length, whatever it holds.
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

    /// Parses a text that is already known to be Unicode.
    package init(_ text: String, options: Options = .strict) throws(JSONError) {
        try self.init(Array(text.utf8), options: options)
    }

    /// The source, or its repaired form where `repairsUTF8` had work to do.
    package var bytes: [UInt8] { storage.bytes }

    /// The one value that the text consists of.
    package var root: JSONValue { JSONValue(storage: storage, index: 0) }

    private static func parse(_ bytes: [UInt8], _ options: Options) throws(JSONError) -> Storage {
        var parser = Parser(options: options)
        try parser.parse(bytes.span)
        return Storage(bytes: bytes, nodes: parser.nodes, repeatsNames: parser.repeatsNames)
    }
}
