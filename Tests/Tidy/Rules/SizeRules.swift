/// How long files and functions may be.
enum SizeRules {
    static let filesOfFolder = 15

    /// Folders that have more files directly in them.
    static func folderViolations(of paths: [String]) -> [Violation] {
        let folders = Dictionary(grouping: paths) { $0.split(separator: "/").dropLast().joined(separator: "/") }
        return folders.filter { $0.value.count > filesOfFolder }.sorted { $0.key < $1.key }.map {
            Violation(path: $0.key, message: "has \($0.value.count) files, at most \(filesOfFolder)")
        }
    }

    static let linesOfFile = 350
    static let linesOfStateMachine = 600
    static let linesOfFunction = 70

    /// Files that are tables by nature, where splitting would scatter one list. Each with the reason.
    static let longFiles: [String: String] = [:]

    static func fileViolations(in file: Repository.File) -> [Violation] {
        let isLong = file.name.contains("StateMachine") || longFiles[file.path] != nil
        let limit = isLong ? linesOfStateMachine : linesOfFile
        let count = file.lines.count
        guard count > limit else { return [] }
        return [Violation(path: file.path, message: "\(count) lines, at most \(limit)")]
    }

    static func functionViolations(in file: Repository.File) -> [Violation] {
        functions(in: file.swift).compactMap { function in
            guard function.lines > linesOfFunction else { return nil }
            return Violation(
                path: file.path, line: function.line,
                message: "\(function.name) has \(function.lines) lines, at most \(linesOfFunction)")
        }
    }

    struct Function: Equatable {
        var name: String
        /// The line of its keyword.
        var line: Int
        /// From its keyword to its closing brace.
        var lines: Int
    }

    /// The functions, initialisers, subscripts and computed properties that have a body.
    static func functions(in source: SwiftText) -> [Function] {
        let tokens = source.tokens
        return tokens.indices.compactMap { index in
            guard case .word(let word) = tokens[index].kind, Self.keywords.contains(word) else { return nil }
            // `.init(…)` and `self.init(…)` are calls; `#selector`-like uses do not occur.
            if index > 0, tokens[index - 1].isMark(".") { return nil }
            guard let open = body(of: word, after: index, in: tokens), let close = closing(open, in: tokens) else {
                return nil
            }
            var name = word
            if word == "func" || word == "var", case .word(let given) = tokens[index + 1].kind { name += " \(given)" }
            let line = tokens[index].line
            return Function(name: name, line: line, lines: tokens[close].line - line + 1)
        }
    }

    private static let keywords: Set<String> = ["func", "init", "deinit", "subscript", "var"]

    /// Words that begin the next declaration, so that the one before had no body.
    private static let declarations: Set<String> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "enum", "class", "protocol", "extension",
        "typealias", "actor", "import",
    ]

    /// The index of the brace that opens the body of the declaration at `index`.
    private static func body(of keyword: String, after index: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for position in tokens.indices.dropFirst(index + 1) {
            switch tokens[position].kind {
            case .mark(UInt8(ascii: "(")), .mark(UInt8(ascii: "[")):
                depth += 1
            case .mark(UInt8(ascii: ")")), .mark(UInt8(ascii: "]")):
                depth -= 1
                if depth < 0 { return nil }
            case .mark(UInt8(ascii: "{")) where depth == 0:
                return position
            case .mark(UInt8(ascii: "}")) where depth == 0:
                return nil
            case .mark(UInt8(ascii: "=")) where depth == 0 && keyword == "var":
                // A stored property with a value; `==` can be in a function's name but not in a variable's.
                return nil
            case .word(let word) where depth == 0 && position > index + 1 && declarations.contains(word):
                return nil
            default:
                break
            }
        }
        return nil
    }

    private static func closing(_ open: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for position in tokens.indices.dropFirst(open) {
            if tokens[position].isMark("{") { depth += 1 }
            if tokens[position].isMark("}") {
                depth -= 1
                if depth == 0 { return position }
            }
        }
        return nil
    }
}
