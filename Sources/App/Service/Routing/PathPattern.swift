import Audit
import Catalog
import Problems

/// The path of an operation, such as `/v1/audit/calls/{id}/notes`. A name in braces matches any one segment.
struct PathPattern: Sendable, ExpressibleByStringLiteral {
    let text: String
    private let segments: [Substring]

    init(stringLiteral text: String) {
        self.text = text
        segments = text.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The name in braces; nil for a path without one.
    var name: String? { segments.first(where: Self.isName).map { String($0.dropFirst().dropLast()) } }

    /// The text before the name in braces.
    var prefix: String { String(text.prefix { $0 != "{" }) }

    /// The segment of a path that the name matches, undecoded; empty if the pattern has no name.
    /// - Returns: nil if the path does not match.
    func match(_ path: String) -> Substring? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var value: Substring = ""
        for (part, segment) in zip(parts, segments) {
            if Self.isName(segment) { value = part } else if part != segment { return nil }
        }
        return value
    }

    private static func isName(_ segment: Substring) -> Bool { segment.first == "{" && segment.last == "}" }
}

/// The thing that a path names, besides the operation.
enum PathArgument: Sendable {
    case none
    case call(CallID)
    case method(Entry)
    case refusal(RejectedRequestReference)
    case problem(ProblemType)
    case app(String)

    /// The app that the path names.
    var app: String? { if case .app(let name) = self { name } else { nil } }

    /// The call that the path names.
    var call: CallID? { if case .call(let id) = self { id } else { nil } }

    /// The rejected request that the path names.
    var refusal: RejectedRequestReference? { if case .refusal(let reference) = self { reference } else { nil } }

    /// The method that the path names.
    var entry: Entry? { if case .method(let entry) = self { entry } else { nil } }
}
