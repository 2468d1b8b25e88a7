/// Rules about English: phrases that stop a reader, and the length of lines.
enum ProseRules {
    /// The longest line of Markdown, and of a comment, in characters.
    static let columns = 120

    /// Swift folders and files whose comments follow the rules.
    static let swiftFolders = ["Package.swift", "Sources", "Tests"]

    /// Files with other comments that are checked as a whole.
    static let otherFolders = [".ci", "deploy", "migrations", "scripts"]

    /// Words in a row that are refused, and what to write.
    struct Phrase {
        var words: [Substring]
        var advice: String
        /// The word before that makes the phrase good English: "there is no limit".
        var allowedAfter: Substring?

        init(_ text: String, _ advice: String, allowedAfter: Substring? = nil) {
            words = text.split(separator: " ")
            self.advice = advice
            self.allowedAfter = allowedAfter
        }
    }

    /// The refused phrases.
    static let phrases: [Phrase] = [
        Phrase("is no", "is not a", allowedAfter: "there"),
        Phrase("are no", "are not", allowedAfter: "there"),
        Phrase("is none", "is not one", allowedAfter: "there"),
        Phrase("are none", "are not", allowedAfter: "there"),
        Phrase("mend", "fix"),
        Phrase("mends", "fixes"),
        Phrase("mended", "fixed"),
        Phrase("says so", "name what it reports"),
        Phrase("say so", "name what it reports"),
        Phrase("looks after", "maintains"),
        Phrase("look after", "maintain"),
        Phrase("looked after", "maintained"),
        Phrase("in earnest", "in production, or leave it out"),
        Phrase("so many", "this many, or N"),
        Phrase("at hand", "available"),
        Phrase("befell", "happened to"),
        Phrase("right behind", "directly after"),
        Phrase("behind it", "after it"),
        Phrase("behind them", "after them"),
        Phrase("behind the mark", "before the watermark"),
        Phrase("goes on behind", "continues after"),
    ]

    private static let phrasesByFirst = Dictionary(grouping: phrases) { $0.words[0] }

    /// A word in lower case with its line. Punctuation is an empty word: no phrase goes across it.
    struct Word {
        var text: Substring
        var line: Int
    }

    /// The refused phrases of a text that is given line by line. A phrase may go on in the next line.
    static func phraseViolations(in lines: [(line: Int, text: String)], path: String) -> [Violation] {
        let words = lines.flatMap { line, text in Self.words(of: text).map { Word(text: $0, line: line) } }
        return words.indices.flatMap { index in
            (phrasesByFirst[words[index].text] ?? []).filter { stands($0, at: index, in: words) }.map {
                Violation(
                    path: path, line: words[index].line,
                    message: "\"\($0.words.joined(separator: " "))\": write \($0.advice)")
            }
        }
    }

    private static func stands(_ phrase: Phrase, at index: Int, in words: [Word]) -> Bool {
        guard words[index...].prefix(phrase.words.count).map(\.text) == phrase.words else { return false }
        return index == 0 || phrase.allowedAfter == nil || words[index - 1].text != phrase.allowedAfter
    }

    private static func words(of line: String) -> [Substring] {
        line.lowercased().split(separator: " ").flatMap { part -> [Substring] in
            var words: [Substring] = []
            var rest = part[...]
            while let first = rest.first {
                let isLetter = first.isLetter || first.isNumber
                let run = rest.prefix { ($0.isLetter || $0.isNumber) == isLetter }
                let isWithinWord = run == "'" && rest.startIndex != part.startIndex
                if isLetter {
                    words.append(run)
                } else if !isWithinWord, !run.allSatisfy({ "*_".contains($0) }) {
                    words.append("")
                }
                rest = rest.dropFirst(run.count)
            }
            return words
        }
    }
}

// MARK: - Markdown

extension ProseRules {
    /// Lines that are too long, and refused phrases.
    static func markdownViolations(in file: Repository.File) -> [Violation] {
        let lines = file.lines.enumerated().map { (line: $0 + 1, text: String($1)) }
        return lengthViolations(in: outsideGenerated(lines), path: file.path)
            + phraseViolations(in: prose(of: lines), path: file.path)
    }

    /// Lines outside generated parts. A comment line begins or ends such a part.
    private static func outsideGenerated(_ lines: [(line: Int, text: String)]) -> [(line: Int, text: String)] {
        var isGenerated = false
        return lines.filter { line in
            if line.text.hasPrefix("<!--") { isGenerated.toggle() }
            return !isGenerated
        }
    }

    private static func lengthViolations(in lines: [(line: Int, text: String)], path: String) -> [Violation] {
        lines.filter { $0.text.count > columns }.map {
            Violation(path: path, line: $0.line, message: "\($0.text.count) columns, at most \(columns)")
        }
    }

    /// Lines without code: indented blocks are left out, and code in backticks is replaced by a mark.
    private static func prose(of lines: [(line: Int, text: String)]) -> [(line: Int, text: String)] {
        lines.filter { !$0.text.hasPrefix("    ") }.map { line, text in
            let parts = text.split(separator: "`", omittingEmptySubsequences: false)
            return (line, parts.enumerated().map { $0 % 2 == 0 ? String($1) : "." }.joined())
        }
    }
}

// MARK: - Code

extension ProseRules {
    /// Lines of comments that are too long, and refused phrases in comments.
    static func swiftViolations(in file: Repository.File) -> [Violation] {
        let comments = file.swift.comments
        let numbers = Set(comments.map(\.line))
        let lines = file.lines.enumerated().map { (line: $0 + 1, text: String($1)) }
        return lengthViolations(in: lines.filter { numbers.contains($0.line) }, path: file.path)
            + phraseViolations(in: comments, path: file.path)
    }

    /// Refused phrases in files of any other kind, code included. Python's `None` is not an English word.
    static func otherViolations(in file: Repository.File) -> [Violation] {
        let lines = file.lines.enumerated().map { ($0 + 1, $1.replacing("None", with: ".")) }
        return phraseViolations(in: lines.map { ($0, String($1)) }, path: file.path)
    }

    /// Whether the comments of a Swift file are checked.
    static func isChecked(_ path: String) -> Bool {
        swiftFolders.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}
