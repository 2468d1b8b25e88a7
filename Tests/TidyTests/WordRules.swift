/// Words that the sources do without.
enum WordRules {
    /// A piece of code that is refused, and what to do in its place. It is looked for in code without comments and
    /// texts; where it begins or ends with a letter it must stand alone there.
    struct Rule {
        var word: String
        var advice: String
        /// Modules that may use it.
        var except: Set<String> = []
    }

    static let rules: [Rule] = [
        Rule(word: "print(", advice: "log through Logger, or write to the stream that the command was given"),
        Rule(word: "debugPrint(", advice: "log through Logger"),
        Rule(word: "try!", advice: "throw, or handle the error"),
        Rule(word: "as!", advice: "use as? and handle nil"),
        Rule(word: "fatalError(", advice: "throw; a broken invariant is a precondition with its reason"),
        Rule(word: "@unchecked Sendable", advice: "use a value, an actor or a lock", except: ImportRules.wrappers),
        Rule(word: "nonisolated(unsafe)", advice: "use a value, an actor or a lock", except: ImportRules.wrappers),
    ]

    /// Pointers, which only the modules that wrap C may hold. `UnsafeContinuation` is not one.
    static let pointers: [String] = [
        "UnsafePointer", "UnsafeMutablePointer", "UnsafeRawPointer", "UnsafeMutableRawPointer", "UnsafeBufferPointer",
        "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "OpaquePointer",
        "Unmanaged", "withUnsafePointer", "withUnsafeMutablePointer", "withUnsafeBytes", "withUnsafeMutableBytes",
        "withUnsafeBufferPointer", "withUnsafeMutableBufferPointer", "unsafeBitCast", "unsafeDowncast",
    ]

    /// What is refused in tests: a test either holds or is not there.
    static let inTests: [Rule] = [
        Rule(word: ".disabled(", advice: "mend the test or remove it"),
        Rule(word: "withKnownIssue", advice: "mend the fault"),
        Rule(word: "XCTSkip", advice: "mend the test or remove it"),
    ]

    static func sourceViolations(in file: Repository.File) -> [Violation] {
        let wraps = ImportRules.wrappers.contains(file.module)
        let noPointers = wraps ? [] : pointers.map { Rule(word: $0, advice: "only modules that wrap C hold pointers") }
        let applied = rules.filter { !$0.except.contains(file.module) } + noPointers
        let source = SwiftText(file.text)
        return violations(of: applied, in: source, path: file.path) + forcedUnwraps(in: source, path: file.path)
    }

    static func testViolations(in file: Repository.File) -> [Violation] {
        violations(of: inTests, in: SwiftText(file.text), path: file.path)
    }

    private static func violations(of rules: [Rule], in source: SwiftText, path: String) -> [Violation] {
        source.codeLines.enumerated().flatMap { index, line in
            rules.filter { contains($0.word, in: Array(line.utf8)) }.map {
                Violation(path: path, line: index + 1, message: "\($0.word) — \($0.advice)")
            }
        }
    }

    /// Whether the word stands in the line without a letter, a digit or (for a call) a dot joined to it.
    static func contains(_ word: String, in line: [UInt8]) -> Bool {
        let wanted = Array(word.utf8)
        guard let first = wanted.first, let last = wanted.last, line.count >= wanted.count else { return false }
        for start in 0...(line.count - wanted.count) where line[start] == first {
            guard line[start..<(start + wanted.count)].elementsEqual(wanted) else { continue }
            if first.isOfIdentifier, start > 0 {
                let before = line[start - 1]
                // `writer.print(…)` is some type's own method.
                if before.isOfIdentifier || (last == UInt8(ascii: "(") && before == UInt8(ascii: ".")) { continue }
            }
            let end = start + wanted.count
            if last.isOfIdentifier, end < line.count, line[end].isOfIdentifier { continue }
            return true
        }
        return false
    }

    /// `value!`: an exclamation mark right behind a name or a closing bracket, and no `!=`. Types that unwrap
    /// themselves (`Int!`) are written the same and refused too.
    static func forcedUnwraps(in source: SwiftText, path: String) -> [Violation] {
        source.codeLines.enumerated().flatMap { index, line -> [Violation] in
            let bytes = Array(line.utf8)
            let found = bytes.indices.contains { at in
                guard bytes[at] == UInt8(ascii: "!"), at > 0 else { return false }
                if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "=") { return false }
                let before = bytes[at - 1]
                let joined = before.isOfIdentifier || [UInt8(ascii: ")"), UInt8(ascii: "]")].contains(before)
                return joined && !endsWithKeyword(bytes[..<at])
            }
            guard found else { return [] }
            return [Violation(path: path, line: index + 1, message: "a forced unwrap — use guard let")]
        }
    }

    /// `try!` and `as!` have rules of their own.
    private static func endsWithKeyword(_ text: ArraySlice<UInt8>) -> Bool {
        ["try", "as"].contains { keyword in
            text.reversed().starts(with: keyword.utf8.reversed())
                && !(text.dropLast(keyword.utf8.count).last?.isOfIdentifier ?? false)
        }
    }
}
