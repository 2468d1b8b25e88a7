/// Rules about the tests themselves.
enum TestRules {
    /// The folders of `Tests`. A file elsewhere belongs to no target, and nobody would run it.
    static let folders: Set<Substring> = ["Unit", "Integration", "EndToEnd", "Deploy", "Tidy", "Support", "Fixtures"]

    /// What needs PostgreSQL or the relay's binary. `make test-fast` runs where neither is.
    private static let servers: Set<String> = ["PostgresCluster", "SharedCluster", "TestDatabase"]

    /// Calls that end the process of all tests.
    private static let ends: Set<String> = [
        "fatalError", "preconditionFailure", "abort", "exit", "_exit", "precondition",
    ]

    static let columnsOfMigration = 120

    static func folderViolations(in file: Repository.File) -> [Violation] {
        let parts = file.path.split(separator: "/")
        if parts.count > 2, folders.contains(parts[1]) { return [] }
        return [Violation(path: file.path, message: "is in none of the folders of tests")]
    }

    /// Tests without a title that is a sentence, and test functions of one word.
    static func nameViolations(in file: Repository.File) -> [Violation] {
        let tokens = file.swift.tokens
        let sentences = Set(file.swift.texts.filter { isSentence($0.text) }.map(\.line))
        return tokens.indices.dropFirst().flatMap { index -> [Violation] in
            guard tokens[index].kind == .word("Test"), tokens[index - 1].isMark("@") else { return [] }
            let line = tokens[index].line
            var violations: [Violation] = []
            // The title may stand on the line after `@Test(`.
            if !sentences.contains(line), !sentences.contains(line + 1) {
                violations.append(Violation(path: file.path, line: line, message: "a test's title is a sentence"))
            }
            guard let function = tokens[index...].firstIndex(where: { $0.kind == .word("func") }),
                case .word(let name) = tokens[function + 1].kind
            else { return violations }
            if !name.utf8.contains(where: { (65...90).contains($0) || (48...57).contains($0) }) {
                violations.append(
                    Violation(path: file.path, line: tokens[function].line, message: "\(name) is one word"))
            }
            return violations
        }
    }

    private static func isSentence(_ text: String) -> Bool {
        text.contains(" ") && text.first?.isLowercase == false
    }

    /// Servers in the tests that need none.
    static func serverViolations(in file: Repository.File) -> [Violation] {
        guard file.path.hasPrefix("Tests/Unit/") || file.path.hasPrefix("Tests/Support/Relay/") else { return [] }
        let tokens = file.swift.tokens
        return tokens.indices.compactMap { index in
            guard case .word(let word) = tokens[index].kind else { return nil }
            let isBinary = word == "binary" && index > 1 && tokens[index - 2].kind == .word("Repository")
            guard servers.contains(word) || isBinary else { return nil }
            return Violation(path: file.path, line: tokens[index].line, message: "\(word) belongs to Integration")
        }
    }

    /// Calls that would end all tests because one fails.
    static func endViolations(in file: Repository.File) -> [Violation] {
        let tokens = file.swift.tokens
        return tokens.indices.dropLast().compactMap { index in
            guard case .word(let word) = tokens[index].kind else { return nil }
            let isForced =
                word == "try" && tokens[index + 1].isMark("!")
                && tokens[index].range.upperBound == tokens[index + 1].range.lowerBound
            let isMember = index > 0 && (tokens[index - 1].isMark(".") || tokens[index - 1].kind == .word("func"))
            let isCall = ends.contains(word) && tokens[index + 1].isMark("(") && !isMember
            guard isForced || isCall else { return nil }
            return Violation(
                path: file.path, line: tokens[index].line, message: "\(word) ends the process of all tests")
        }
    }

    /// Lines of a migration that are too long to read beside another.
    static func migrationViolations(in file: Repository.File) -> [Violation] {
        file.lines.enumerated().compactMap { index, line in
            guard line.count > columnsOfMigration else { return nil }
            return Violation(path: file.path, line: index + 1, message: "\(line.count) columns")
        }
    }
}
