import Foundation

/// Rules about the whole tree: marks, paths, migrations, the README, links.
enum TreeRules {
    /// Marks of unfinished work, and words of one machine. Put together here so that this file does not hold them.
    static let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    static let machinePaths = ["/wo" + "rk/", "/fa" + "rm/", "/tmp/br" + "ief", "/opt/swift-" + "packages"]

    static let linesOfReadme = 200

    /// Marks and machine paths, comments and texts included.
    static func wordViolations(in file: Repository.File) -> [Violation] {
        // Nearly every file has none: look at its lines only where it has one.
        guard (marks + machinePaths).contains(where: { file.text.range(of: $0) != nil }) else { return [] }
        return file.lines.enumerated().flatMap { index, line -> [Violation] in
            let bytes = Array(line.utf8)
            let unfinished = marks.filter { stands($0, in: bytes, alone: true) }
            let paths = machinePaths.filter { stands($0, in: bytes, alone: false) }
            return (unfinished + paths).map {
                Violation(path: file.path, line: index + 1, message: "\($0) does not belong in the tree")
            }
        }
    }

    /// Whether a text stands in the line with nothing joined before it, because `network/work/x` and `./work/x` hold no
    /// absolute path. If it must stand alone, nothing may be joined after it either.
    private static func stands(_ text: String, in line: [UInt8], alone: Bool) -> Bool {
        let wanted = Array(text.utf8)
        guard line.count >= wanted.count else { return false }
        return (0...(line.count - wanted.count)).contains { start in
            guard line[start] == wanted[0] else { return false }
            let end = start + wanted.count
            guard line[start..<end].elementsEqual(wanted) else { return false }
            if alone, end < line.count, line[end].isOfIdentifier { return false }
            guard start > 0 else { return true }
            let before = line[start - 1]
            return !before.isOfIdentifier && (alone || ![UInt8(ascii: "."), UInt8(ascii: "-")].contains(before))
        }
    }

    /// Migrations are `NNNN_name.sql`, numbered from 0001 without a gap.
    static func migrationViolations(names: [String]) -> [Violation] {
        var violations: [Violation] = []
        var expected = 1
        for name in names.sorted() {
            let number = String(name.prefix(4))
            let rest = name.dropFirst(4)
            let isName =
                rest.hasPrefix("_") && rest.hasSuffix(".sql")
                && rest.dropFirst().dropLast(4).utf8.allSatisfy {
                    $0.isOfIdentifier && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                }
            let wanted = String(repeating: "0", count: max(0, 4 - String(expected).count)) + String(expected)
            if !isName || number.utf8.count != 4 || Int(number) == nil {
                violations.append(Violation(path: "migrations/\(name)", message: "is not named NNNN_name.sql"))
                continue
            }
            if number != wanted {
                violations.append(Violation(path: "migrations/\(name)", message: "number \(wanted) was expected"))
            }
            expected = (Int(number) ?? expected) + 1
        }
        return violations
    }

    static func readmeViolations(_ text: String?) -> [Violation] {
        guard let text else { return [Violation(path: "README.md", message: "is missing")] }
        var violations: [Violation] = []
        let count = Repository.File(path: "README.md", text: text).lines.count
        if count > linesOfReadme {
            violations.append(Violation(path: "README.md", message: "\(count) lines, at most \(linesOfReadme)"))
        }
        for command in ["make run", "make test"] where !text.contains(command) {
            violations.append(Violation(path: "README.md", message: "does not name `\(command)`"))
        }
        return violations
    }

    /// Links of a Markdown file to sections that its target does not have. `text` gives the text of a path, or nil.
    static func anchorViolations(in file: Repository.File, text: (String) -> String?) -> [Violation] {
        file.lines.enumerated().flatMap { index, line -> [Violation] in
            line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
                let link = rest.prefix { $0 != ")" && $0 != " " }
                guard let mark = link.firstIndex(of: "#"), !link.contains(":") else { return nil }
                let target = link[..<mark]
                let path = target.isEmpty ? file.path : path(of: target, from: file.path)
                let found = target.isEmpty ? file.text : text(path)
                let anchor = String(link[mark...].dropFirst())
                guard let found, !anchors(in: found).contains(anchor) else { return nil }
                return Violation(
                    path: file.path, line: index + 1, message: "links to #\(anchor) of \(path), which is not there")
            }
        }
    }

    /// The anchors that the headings of a Markdown text have.
    private static func anchors(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
                let kept = title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                return String(kept.map { $0 == " " ? "-" : $0 })
            })
    }

    /// The path from the root that a link of a file leads to.
    private static func path(of target: Substring, from file: String) -> String {
        var parts = file.split(separator: "/").dropLast()[...]
        for part in target.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// Relative links of a Markdown file that lead nowhere. `exists` is asked with a path from the root.
    static func linkViolations(in file: Repository.File, exists: (String) -> Bool) -> [Violation] {
        file.lines.enumerated().flatMap { index, line -> [Violation] in
            line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
                let target = rest.prefix { $0 != ")" && $0 != "#" && $0 != " " }
                if target.isEmpty || target.contains(":") { return nil }
                let path = path(of: target, from: file.path)
                if exists(path) { return nil }
                return Violation(path: file.path, line: index + 1, message: "links to \(path), which is not there")
            }
        }
    }
}
