/// Names that nothing mentions but their own declaration. Code that only tests call counts as unused, too.
enum UnusedNameRules {
    private static let keywords: Set<String> = [
        "func", "var", "let", "case", "struct", "class", "enum", "actor", "protocol", "typealias",
    ]

    /// Names that code outside the project calls, with the reason.
    static let calledFromOutside: Set<String> = [
        // Witnesses of MetricsFactory.
        "makeCounter", "makeFloatingPointCounter", "makeMeter", "makeRecorder", "makeTimer", "destroyCounter",
        "destroyFloatingPointCounter", "destroyMeter", "destroyRecorder", "destroyTimer",
        // Witnesses of SerialExecutor.
        "checkIsolated", "isIsolatingCurrentContext",
        // A witness of CounterHandler's relatives: MeterHandler.
        "decrement",
        // A witness of ParsableCommand, and the command that `@main` starts.
        "validate", "TopRelayCommand",
    ]

    /// Declarations in the files whose names occur once in all of them.
    static func violations(in files: [Repository.File]) -> [Violation] {
        var count: [String: Int] = [:]
        for file in files {
            for token in file.swift.tokens {
                if case .word(let word) = token.kind { count[word, default: 0] += 1 }
            }
        }
        return files.flatMap { file in
            declarations(in: file.swift.tokens).filter { count[$0.name] == 1 && !calledFromOutside.contains($0.name) }
                .map { Violation(path: file.path, line: $0.line, message: "nothing uses \($0.name): remove it") }
        }
    }

    /// The names after words that declare something. Numbers, and the cases of C enumerations in a
    /// `switch`, do not declare anything.
    static func declarations(in tokens: [Token]) -> [(name: String, line: Int)] {
        zip(tokens, tokens.dropFirst()).compactMap { first, second in
            guard case .word(let keyword) = first.kind, keywords.contains(keyword),
                case .word(let name) = second.kind, name != "_", name.first?.isNumber == false,
                !(keyword == "case" && name.contains { $0.isUppercase } && !name.contains { $0.isLowercase })
            else { return nil }
            return (name, second.line)
        }
    }
}
