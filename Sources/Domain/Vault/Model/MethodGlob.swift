/// A pattern over TOP method names: `*` stands for any number of bytes (also none), everything else for itself.
///
/// Matching is by bytes, from start to end, upper and lower case differ. It takes at most pattern × method steps,
/// whatever the pattern.
package struct MethodGlob: Sendable, Hashable, CustomStringConvertible {
    /// The most bytes that a pattern may have.
    package static let maximumLength = 128

    /// The pattern as it was written.
    package let pattern: String
    private let bytes: [UInt8]

    /// Takes a pattern of 1–128 bytes out of `A-Z a-z 0-9 . _ - *`; nil for anything else.
    package init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        guard (1...Self.maximumLength).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.pattern = pattern
        self.bytes = bytes
    }

    /// The pattern as it was written.
    package var description: String { pattern }

    /// Whether the pattern holds no `*` and so names exactly one method.
    package var isExact: Bool { !bytes.contains(Self.star) }

    /// Whether the whole of `method` fits the pattern.
    package func matches(_ method: String) -> Bool {
        matches(Array(method.utf8))
    }

    /// Greedy, going back to the last star only: an earlier star could match nothing that the last one cannot.
    func matches(_ method: [UInt8]) -> Bool {
        var at = 0
        var read = 0
        var lastStar: (pattern: Int, method: Int)?
        while read < method.count {
            if at < bytes.count, bytes[at] == Self.star {
                lastStar = (at, read)
                at += 1
            } else if at < bytes.count, bytes[at] == method[read] {
                at += 1
                read += 1
            } else if let star = lastStar {
                at = star.pattern + 1
                read = star.method + 1
                lastStar = (star.pattern, read)
            } else {
                return false
            }
        }
        return bytes[at...].allSatisfy { $0 == Self.star }
    }

    private static let star = UInt8(ascii: "*")

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte == star || VaultName.isAllowed(byte)
    }
}
