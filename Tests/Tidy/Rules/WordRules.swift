/// Words that the sources do without.
enum WordRules {
    /// A piece of code that is refused, and what to do in its place. It is looked for token by token in code without
    /// comments and texts.
    struct Rule {
        var word: String
        var advice: String
        /// Modules that may use it.
        var except: Set<String> = []
    }

    /// Files outside the wrapping modules that hold pointers all the same, each with its reason.
    static let pointerFiles: [String: String] = [
        "Sources/Platform/Telemetry/Logs/StandardError.swift":
            "write(2) takes a pointer, and Foundation's file handles trap on faults",
        "Sources/CLI/toprelay/Support/FileDescriptor+reading.swift": "read(2) takes a pointer",
    ]

    static let rules: [Rule] = [
        Rule(word: "print(", advice: "log through Logger, or write to the stream that the command was given"),
        Rule(word: "debugPrint(", advice: "log through Logger"),
        Rule(word: "try!", advice: "throw, or handle the error"),
        Rule(word: "as!", advice: "use as? and handle nil"),
        Rule(word: "fatalError(", advice: "throw; a broken invariant is a precondition with its reason"),
        Rule(word: "@unchecked Sendable", advice: "use a value, an actor or a lock", except: ImportRules.wrappers),
        // Its number is SO_DEBUG's there, which only root may set: connections of an ordinary user's process fail.
        Rule(word: ".socketOption(.tcp_nodelay)", advice: "set TCP options with .tcpOption"),
        Rule(word: "Mutex(", advice: "use Locked: ThreadSanitizer does not see Synchronization.Mutex"),
        Rule(word: "Mutex<", advice: "use Locked: ThreadSanitizer does not see Synchronization.Mutex"),
        Rule(
            word: "TrailAccess.terminal", advice: "an HTTP client reads by its token",
            except: ["toprelay"]),
        // In release builds of Swift 6.3 it can show memory that is used for something else.
        Rule(word: ".utf8.span", advice: "use withUTF8Span: the span of a short text does not keep its bytes"),
        Rule(word: "nonisolated(unsafe)", advice: "use a value, an actor or a lock", except: ImportRules.wrappers),
    ]

    /// Pointers, which only the modules that wrap C and `Bytes` may hold. `UnsafeContinuation` is not one.
    static let pointers: [String] = [
        "UnsafePointer", "UnsafeMutablePointer", "UnsafeRawPointer", "UnsafeMutableRawPointer", "UnsafeBufferPointer",
        "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "OpaquePointer",
        "Unmanaged", "withUnsafePointer", "withUnsafeMutablePointer", "withUnsafeBytes", "withUnsafeMutableBytes",
        "withUnsafeBufferPointer", "withUnsafeMutableBufferPointer", "unsafeBitCast", "unsafeDowncast",
    ]

    /// What is refused in tests: a test either holds or is not there.
    static let inTests: [Rule] = [
        Rule(word: ".disabled(", advice: "fix the test or remove it"),
        Rule(word: "withKnownIssue", advice: "fix the fault"),
        Rule(word: "XCTSkip", advice: "fix the test or remove it"),
    ]

    static func sourceViolations(in file: Repository.File) -> [Violation] {
        let mayPoint = ImportRules.wrappers.contains(file.module) || pointerFiles[file.path] != nil
        let noPointers = pointers.map { Rule(word: $0, advice: "only modules that wrap C hold pointers") }
        let applied = rules.filter { !$0.except.contains(file.module) } + (mayPoint ? [] : noPointers)
        let tokens = file.swift.tokens
        let unwraps = forcedUnwraps(in: tokens).map {
            Violation(path: file.path, line: $0.line, message: "a forced unwrap — use guard let")
        }
        return violations(of: applied, in: tokens, path: file.path) + unwraps
    }

    static func testViolations(in file: Repository.File) -> [Violation] {
        violations(of: inTests, in: file.swift.tokens, path: file.path)
    }

    private static func violations(of rules: [Rule], in tokens: [Token], path: String) -> [Violation] {
        var byFirst: [Token.Kind: [(rule: Rule, tokens: [Token])]] = [:]
        for rule in rules {
            let wanted = Token.tokens(of: Array(rule.word.utf8))
            if let first = wanted.first { byFirst[first.kind, default: []].append((rule, wanted)) }
        }
        return tokens.indices.flatMap { index in
            (byFirst[tokens[index].kind] ?? []).filter { stands($0.tokens, at: index, in: tokens) }.map {
                Violation(path: path, line: tokens[index].line, message: "\($0.rule.word) — \($0.rule.advice)")
            }
        }
    }

    /// Whether the wanted tokens stand at the index: joined where they are joined in the rule, and not as a method of
    /// some value (`writer.print(…)`).
    private static func stands(_ wanted: [Token], at index: Int, in tokens: [Token]) -> Bool {
        guard index + wanted.count <= tokens.count else { return false }
        if index > 0, tokens[index - 1].isMark("."), wanted.last?.isMark("(") == true,
            wanted.first?.isMark(".") == false
        {
            return false
        }
        for (offset, token) in wanted.enumerated() {
            guard tokens[index + offset].kind == token.kind else { return false }
            guard offset > 0, wanted[offset - 1].range.upperBound == token.range.lowerBound else { continue }
            guard tokens[index + offset - 1].range.upperBound == tokens[index + offset].range.lowerBound else {
                return false
            }
        }
        return true
    }

    /// `value!`: an exclamation mark directly after a name or a closing bracket, and no `!=`. Types that unwrap
    /// themselves (`Int!`) are written the same and refused too; `try!` and `as!` have rules of their own.
    private static func forcedUnwraps(in tokens: [Token]) -> [Token] {
        tokens.indices.dropFirst().compactMap { index in
            let before = tokens[index - 1]
            guard tokens[index].isMark("!"), before.range.upperBound == tokens[index].range.lowerBound else {
                return nil
            }
            if index + 1 < tokens.count, tokens[index + 1].isMark("="),
                tokens[index + 1].range.lowerBound == tokens[index].range.upperBound
            {
                return nil
            }
            switch before.kind {
            case .word("try"), .word("as"): return nil
            case .word, .mark(UInt8(ascii: ")")), .mark(UInt8(ascii: "]")): return tokens[index]
            case .mark: return nil
            }
        }
    }
}
