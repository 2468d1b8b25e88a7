/// What ARCHITECTURE.md has to keep, so that it stays short and true.
enum ArchitectureRules {
    static let words = 900

    /// - Parameters:
    ///   - modules: the names of all modules, which the map has to name.
    ///   - paths: the paths of the sources. A name `Module/File` has to be one of them.
    static func violations(in text: String, modules: [String], paths: [String]) -> [Violation] {
        let path = "ARCHITECTURE.md"
        var violations: [Violation] = []
        let count = text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).count
        if count > words { violations.append(Violation(path: path, message: "\(count) words, at most \(words)")) }
        let names = DocumentationRules.quotedNames(in: text)
        violations += modules.filter { !names.contains($0) }.sorted().map {
            Violation(path: path, message: "does not name the module \($0)")
        }
        violations += names.sorted().filter { isReference($0) && !exists($0, in: paths) }.map {
            Violation(path: path, message: "names \($0), which is not there")
        }
        return violations
    }

    /// `Module/File`, and neither a path of HTTP nor one of the tree.
    private static func isReference(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { $0.first?.isUppercase == true }
    }

    private static func exists(_ name: String, in paths: [String]) -> Bool {
        let parts = name.split(separator: "/")
        return paths.contains { path in
            let components = path.split(separator: "/")
            return components.dropLast().contains(parts[0]) && components.last == parts[1] + ".swift"
        }
    }
}
