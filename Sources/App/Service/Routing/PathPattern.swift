import Audit
import Catalog
import Problems
import Requests

/// The path of an operation, such as `/v1/audit/calls/{id}/notes`. Each name in braces matches any one segment.
struct PathPattern: Sendable, ExpressibleByStringLiteral {
    let text: String
    private let segments: [Substring]

    init(stringLiteral text: String) {
        self.text = text
        segments = text.split(separator: "/", omittingEmptySubsequences: false)
        names = segments.filter(Self.isName).map { String($0.dropFirst().dropLast()) }
    }

    /// The names in braces, in order.
    let names: [String]

    /// The text before the first name in braces.
    var prefix: String { String(text.prefix { $0 != "{" }) }

    /// The segments of a path that the names match, undecoded and in order.
    /// - Returns: nil if the path does not match.
    func match(_ path: String) -> [Substring]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var values: [Substring] = []
        for (part, segment) in zip(parts, segments) {
            if Self.isName(segment) { values.append(part) } else if part != segment { return nil }
        }
        return values
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
    case names(PathNames)

    /// The call that the path names.
    var call: CallID? { if case .call(let id) = self { id } else { nil } }

    /// The app, the seller or the token that the path names.
    var names: PathNames { if case .names(let names) = self { names } else { PathNames() } }

    /// The rejected request that the path names.
    var refusal: RejectedRequestReference? { if case .refusal(let reference) = self { reference } else { nil } }

    /// The method that the path names.
    var entry: Entry? { if case .method(let entry) = self { entry } else { nil } }
}
