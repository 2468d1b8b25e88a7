import Problems
import Vault

/// The values of `If-Match` and `If-None-Match` (RFC 9110, 13.1).
package struct Preconditions: Sendable {
    /// The largest number of entity tags.
    private static let maximumTags = 16

    private let ifMatch: [String]
    private let ifNoneMatch: [String]

    /// The values of the header fields, each as it was sent.
    package init(ifMatch: [String] = [], ifNoneMatch: [String] = []) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    /// What must hold of the row that is changed.
    func condition() throws(Problem) -> VaultCondition {
        if !ifNoneMatch.isEmpty {
            guard ifNoneMatch == ["*"], ifMatch.isEmpty else {
                throw Problem(.malformedRequest, "If-None-Match must be *, without If-Match beside it.")
            }
            return .absent
        }
        if ifMatch.isEmpty { return .none }
        if ifMatch == ["*"] { return .present }
        let tags: [String] = ifMatch.joined(separator: ",").split(separator: ",").map { tag in
            String(tag.filter { $0 != " " && $0 != "\t" })
        }
        guard tags.count <= Self.maximumTags, tags.allSatisfy(Self.isTag) else {
            throw Problem(.malformedRequest, "If-Match must be * or entity tags in double quotes.")
        }
        // A weak tag matches nothing, because it does not stand for one version.
        return .version(tags.filter { !$0.hasPrefix("W/") }.map { String($0.dropFirst().dropLast()) })
    }

    private static func isTag(_ text: String) -> Bool {
        let opaque = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
        return opaque.utf8.count >= 2 && opaque.hasPrefix("\"") && opaque.hasSuffix("\"")
            && !opaque.dropFirst().dropLast().contains("\"")
    }
}
