/// A pattern for names of TOP methods. `*` matches any number of bytes, including none. Any other byte matches itself.
///
/// Matching is case-sensitive, covers the whole name, and takes at most pattern × method steps.
package struct MethodGlob: Sendable, Hashable, CustomStringConvertible {
    /// The maximum length of a pattern in bytes.
    package static let maximumLength = 128

    /// The pattern as it was written.
    package let pattern: String
    private let bytes: [UInt8]

    /// Makes a pattern of 1–128 bytes from `A-Z a-z 0-9 . _ - *`; nil for any other text.
    package init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        guard (1...Self.maximumLength).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.pattern = pattern
        self.bytes = bytes
    }

    /// The pattern as it was written.
    package var description: String { pattern }

    /// Whether the pattern has no `*` and so matches exactly one method.
    package var isExact: Bool { !bytes.contains(Glob.star) }

    /// Whether the pattern matches the whole method name.
    package func matches(_ method: String) -> Bool {
        matches(Array(method.utf8))
    }

    func matches(_ method: [UInt8]) -> Bool { Glob.matches(bytes, method) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte == Glob.star || VaultName.isAllowed(byte)
    }
}

/// A pattern for the callers' aliases of sellers. `*` matches any number of bytes, including none. Any other byte
/// matches itself.
package struct SellerGlob: Sendable {
    /// The pattern as it was written.
    package let pattern: String
    private let bytes: [UInt8]

    /// Makes a pattern; nil for a text that cannot be a seller.
    package init?(_ pattern: String) {
        guard (try? VaultInput.seller(pattern)) != nil else { return nil }
        self.pattern = pattern
        bytes = Array(pattern.utf8)
    }

    func matches(_ seller: [UInt8]) -> Bool { Glob.matches(bytes, seller) }
}

/// Patterns in which `*` matches any number of bytes.
enum Glob {
    static let star = UInt8(ascii: "*")

    /// Whether a pattern matches a whole text.
    ///
    /// It matches greedily, and backtracks only to the last star: an earlier star cannot match more than the last one.
    static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var at = 0
        var read = 0
        var lastStar: (pattern: Int, text: Int)?
        while read < text.count {
            if at < pattern.count, pattern[at] == star {
                lastStar = (at, read)
                at += 1
            } else if at < pattern.count, pattern[at] == text[read] {
                at += 1
                read += 1
            } else if let star = lastStar {
                at = star.pattern + 1
                read = star.text + 1
                lastStar = (star.pattern, read)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == star }
    }
}
