import Foundation

/// Names that users and operators meet. The pages of docs/operations explain them.
enum DocumentationRules {
    /// The settings that a text names: `TOPRELAY_…` in capitals. Prefixes (a trailing underscore or `*`) do not count.
    static func settings(in text: String) -> Set<String> {
        Set(names(startingWith: "TOPRELAY_", in: Array(text.utf8), isPart: { $0.isOfUpperName }))
    }

    /// The metrics that a text names: `toprelay_…`.
    static func metrics(in text: String) -> Set<String> {
        Set(names(startingWith: "toprelay_", in: Array(text.utf8), isPart: { $0.isOfIdentifier }))
    }

    private static func names(startingWith prefix: String, in text: [UInt8], isPart: (UInt8) -> Bool) -> [String] {
        let prefix = Array(prefix.utf8)
        guard text.count >= prefix.count else { return [] }
        var found: [String] = []
        for start in 0...(text.count - prefix.count) where text[start] == prefix[0] {
            guard text[start..<(start + prefix.count)].elementsEqual(prefix) else { continue }
            if start > 0, text[start - 1].isOfIdentifier { continue }
            let name = text[start...].prefix(while: isPart)
            if name.last == UInt8(ascii: "_") { continue }
            found.append(String(decoding: name, as: UTF8.self))
        }
        return found
    }

    /// Names of the same form that are not metrics: PostgreSQL's channels.
    static let notMetrics: Set<String> = ["toprelay_vault", "toprelay_bans"]

    /// The names of metrics among the string literals of a source: a literal that is one name.
    static func metricLiterals(in source: SwiftText) -> Set<String> {
        Set(source.texts.map(\.text).filter { metrics(in: $0).contains($0) }).subtracting(notMetrics)
    }

    static func settingLiterals(in source: SwiftText) -> Set<String> {
        source.texts.reduce(into: []) { $0.formUnion(settings(in: $1.text)) }
    }

    /// The raw values of `enum ProblemType: String`: the end of a problem document's `type`.
    static func problemTypes(in text: String) -> Set<String> {
        guard let start = text.range(of: "enum ProblemType") else { return [] }
        var types: Set<String> = []
        var depth = 0
        for line in text[start.lowerBound...].split(separator: "\n") {
            let trimmed = line.drop { $0 == " " }
            if depth == 1, trimmed.hasPrefix("case ") {
                for item in trimmed.dropFirst(5).split(separator: ",") {
                    let parts = item.split(separator: "\"", omittingEmptySubsequences: false)
                    let name = parts[0].prefix { $0 != "=" && $0 != "/" }.filter { $0 != " " && $0 != "`" }
                    types.insert(parts.count > 2 ? String(parts[1]) : name)
                }
            }
            let code = SwiftText(String(line)).code
            depth += code.count { $0 == UInt8(ascii: "{") } - code.count { $0 == UInt8(ascii: "}") }
            if depth == 0, code.contains(UInt8(ascii: "}")) { break }
        }
        return types
    }

    /// Names that the documentation does not hold.
    static func undocumented(_ names: Set<String>, in documentation: Set<String>) -> [String] {
        names.subtracting(documentation).sorted()
    }

    /// A name in backticks, which is how the manual writes what can be typed or met.
    static func quotedNames(in text: String) -> Set<String> {
        Set(
            text.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap { index, part in
                index % 2 == 1 ? String(part) : nil
            })
    }

    /// The names of the suites that a file of tests declares.
    static func suites(in text: String) -> Set<String> {
        Set(
            text.components(separatedBy: "struct ").dropFirst().compactMap { rest in
                let name = rest.prefix { $0.isLetter || $0.isNumber }
                return name.hasSuffix("Tests") ? String(name) : nil
            })
    }

    /// The measures of the threat model that name no suite, or one that does not exist.
    static func threatViolations(in text: String, suites: Set<String>) -> [String] {
        guard let start = text.range(of: "## Threats and measures"), let end = text.range(of: "## Accepted risks")
        else {
            return ["the sections are missing"]
        }
        let measures = text[start.upperBound..<end.lowerBound].components(separatedBy: "\n- **").dropFirst()
        return measures.flatMap { measure in
            let title = measure.prefix { $0 != "*" }
            let named = quotedNames(in: String(measure)).filter { $0.hasSuffix("Tests") }
            if named.isEmpty { return ["\(title) names no test"] }
            return named.subtracting(suites).sorted().map { "\(title) names \($0), which is not there" }
        }
    }
}

extension UInt8 {
    /// Whether the byte can stand in the name of an environment variable.
    var isOfUpperName: Bool {
        isOfIdentifier && self < 128 && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
    }
}
