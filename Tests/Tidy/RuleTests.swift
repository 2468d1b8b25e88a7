import Testing

/// Each rule is given samples that break it and samples that only look as if they did.
@Suite("Each rule can fail")
struct RuleTests {
    private func file(_ path: String, _ text: String) -> Repository.File {
        Repository.File(path: path, text: text)
    }

    @Test("Comments, texts and raw texts are not code, interpolations are")
    func swiftText() {
        let source = SwiftText(
            ##"""
            let a = "text { \(call { 1 }) }" // comment {
            /* outer /* inner */ still */ let b = #"raw " \(no) \#(yes)"#
            let c = """
                two " lines
                """; let d = "\"{\\"
            """##)

        let lines = source.codeLines
        #expect(lines[0].filter { $0 != " " } == "leta=call{1}")
        #expect(lines[1].filter { $0 != " " } == "letb=yes")
        #expect(lines[4].filter { $0 != " " } == ";letd=")
        #expect(source.texts.map(\.line) == [1, 2, 3, 5])
        #expect(source.texts[1].text == #"raw " \(no) "#)
    }

    @Test("An import that the table does not allow is refused, however it is written")
    func importThatTableDoesNotAllow() {
        let text = """
            import JSON
            @preconcurrency public import NIOCore
            import struct Foundation.Data
            // import Curl
            let text = "import Curl"
            """
        let violations = ImportRules.violations(in: file("Sources/Domain/TOP/A.swift", text))
        #expect(violations.map(\.line) == [2, 3])
        #expect(violations.map(\.message) == ["TOP may not import NIOCore", "TOP may not import Foundation"])
        #expect(ImportRules.violations(in: file("Sources/App/New/A.swift", "")).count == 1)
    }

    @Test("Full Foundation is refused, FoundationEssentials is not")
    func fullFoundation() {
        let text = "import FoundationEssentials\npackage import Foundation\nimport struct FoundationXML.XMLNode"
        let violations = ImportRules.foundationViolations(in: file("Sources/CLI/toprelay/A.swift", text))
        #expect(violations.map(\.line) == [2, 3])
    }

    @Test("A circle in the table is found, and so is an entry out of order")
    func circleInTableIsFound() {
        #expect(ImportRules.circles(in: ["A": ["B"], "B": ["A"]]) == ["A imports B"])
        #expect(ImportRules.circles(in: ["A": ["A"]]) == ["A imports A"])
        #expect(ImportRules.circles(in: ["A": ["Foundation"], "B": ["A"]]).isEmpty)
    }

    @Test("A file one line too long is refused, a state machine may be longer")
    func fileSizes() {
        let text = String(repeating: "\n", count: SizeRules.linesOfFile + 1)
        #expect(SizeRules.fileViolations(in: file("Sources/A/B.swift", text)).count == 1)
        #expect(SizeRules.fileViolations(in: file("Sources/A/B.swift", String(text.dropLast()))).isEmpty)
        #expect(SizeRules.fileViolations(in: file("Sources/A/BStateMachine.swift", text)).isEmpty)
        let longer = String(repeating: "\n", count: SizeRules.linesOfStateMachine + 1)
        #expect(SizeRules.fileViolations(in: file("Sources/A/BStateMachine.swift", longer)).count == 1)
    }

    @Test("A function one line too long is refused, with its name and line")
    func functionSizes() {
        func sample(_ lines: Int) -> String {
            "struct S {\n    func long() {\n" + String(repeating: "        call()\n", count: lines - 2) + "    }\n}\n"
        }
        let limit = SizeRules.linesOfFunction
        #expect(SizeRules.functionViolations(in: file("Sources/A/B.swift", sample(limit))).isEmpty)
        let violations = SizeRules.functionViolations(in: file("Sources/A/B.swift", sample(limit + 1)))
        #expect(violations.map(\.message) == ["func long has \(limit + 1) lines, at most \(limit)"])
        #expect(violations.map(\.line) == [2])
    }

    @Test("A folder with too many files is found, and files of its subfolders do not count")
    func crowdedFolders() {
        let limit = SizeRules.filesOfFolder
        let paths = (0..<limit).map { "Sources/A/File\($0).swift" } + ["Sources/A/B/File.swift"]
        #expect(SizeRules.folderViolations(of: paths).isEmpty)
        let violations = SizeRules.folderViolations(of: paths + ["Sources/A/More.swift"])
        #expect(violations.map(\.description) == ["Sources/A: has \(limit + 1) files, at most \(limit)"])
    }

    @Test("Functions are found with default closures, generics, and without bodies")
    func functionsAreFoundWithDefault() {
        let text = """
            protocol P {
                func none(_ a: Int)
                var one: Int { get }
                func two() -> Int
            }
            extension P {
                init<T>(_ body: (T) -> Void = { _ in }) where T: P {
                    self.init()
                }
                var computed: Int {
                    if true { 1 } else { 2 }
                }
                var stored = [1].map { $0 }
                func after(
                    _ a: Int
                ) {
                }
            }
            """
        #expect(
            SizeRules.functions(in: SwiftText(text)) == [
                SizeRules.Function(name: "var one", line: 3, lines: 1),
                SizeRules.Function(name: "init", line: 7, lines: 3),
                SizeRules.Function(name: "var computed", line: 10, lines: 3),
                SizeRules.Function(name: "func after", line: 14, lines: 4),
            ])
    }

    @Test(
        "Each refused word is found in code",
        arguments: [
            "print(x)", "let a = try! f()", "let a = b as! C", "fatalError(\"x\")",
            "final class A: @unchecked Sendable {",
            "nonisolated(unsafe) var a = 1", "let p: UnsafePointer<Int>", "a.withUnsafeBytes { _ in }",
            "bootstrap.childChannelOption(.socketOption(.tcp_nodelay), value: 1)", "let a = b!.c", "let a = f()!",
            "let a = b[0]!", "var a: Int!", "let a = Mutex(0)", "let a: Mutex<Int>",
        ])
    func refusedWords(line: String) {
        let violations = WordRules.sourceViolations(in: file("Sources/Domain/TOP/A.swift", "\n\(line)\n"))
        #expect(violations.map(\.line) == [2], Comment(rawValue: violations.listed))
    }

    @Test(
        "What only looks like a refused word is let through",
        arguments: [
            "fingerprint(x)", "out.print(x)", "// print(x)", "let a = \"try! print(\"", "if a != b {", "if !a, b(!c) {",
            "withUnsafeContinuation { _ in }", "#if !DEBUG",
        ])
    func allowedWords(line: String) {
        #expect(WordRules.sourceViolations(in: file("Sources/Domain/TOP/A.swift", line)).isEmpty)
    }

    @Test("Modules that wrap C may hold pointers, but may not trap")
    func modulesThatWrapC() {
        let text = "final class A: @unchecked Sendable { var p: UnsafePointer<Int> }\nlet a = try! f()\n"
        #expect(WordRules.sourceViolations(in: file("Sources/Platform/Curl/A.swift", text)).map(\.line) == [2])
    }

    @Test(
        "A test that is switched off is refused",
        arguments: [".disabled(\"x\")", "withKnownIssue { }", "throw XCTSkip()"])
    func switchedOffTests(line: String) {
        #expect(WordRules.testViolations(in: file("Tests/A/A.swift", line)).count == 1)
    }

    @Test("Marks of unfinished work and machine paths are refused, in comments too")
    func marksOfUnfinishedWork() {
        for mark in TreeRules.marks {
            #expect(TreeRules.wordViolations(in: file("Sources/A/B.swift", "// \(mark): more")).count == 1)
        }
        for path in TreeRules.machinePaths {
            #expect(TreeRules.wordViolations(in: file("docs/a.md", "see \(path)x")).count == 1)
            #expect(TreeRules.wordViolations(in: file("docs/a.md", "see net\(path)x and .\(path)")).isEmpty)
        }
    }

    @Test("Migrations with gaps, doubles or other names are refused")
    func migrationsWithGaps() {
        #expect(TreeRules.migrationViolations(names: ["0001_a.sql", "0002_b_c.sql"]).isEmpty)
        #expect(TreeRules.migrationViolations(names: ["0001_a.sql", "0003_b.sql"]).count == 1)
        #expect(TreeRules.migrationViolations(names: ["0001_a.sql", "0001_b.sql"]).count == 1)
        #expect(TreeRules.migrationViolations(names: ["0002_a.sql"]).count == 1)
        #expect(TreeRules.migrationViolations(names: ["0001_A.sql", "1_b.sql", "0001-c.sql", "0001_d.txt"]).count == 4)
    }

    @Test("A README that is missing, too long, or names no commands is refused")
    func readmeThatIsMissing() {
        #expect(TreeRules.readmeViolations("make run\nmake test\n").isEmpty)
        #expect(TreeRules.readmeViolations(nil).count == 1)
        #expect(TreeRules.readmeViolations("make run\n").count == 1)
        let long = "make run make test" + String(repeating: "\n", count: TreeRules.linesOfReadme + 1)
        #expect(TreeRules.readmeViolations(long).count == 1)
    }

    @Test("A link that leads nowhere is refused")
    func linkThatLeadsNowhere() {
        let text = "[a](b.md) [c](../d.md#e) [f](https://example.com/g) [h](#i) [j](./k/l.md)"
        let violations = TreeRules.linkViolations(in: file("docs/a.md", text)) { $0 == "docs/b.md" }
        #expect(
            violations.map(\.message) == [
                "links to d.md, which is not there", "links to docs/k/l.md, which is not there",
            ])
    }

    @Test("Names that operators meet are found, prefixes and other words are not")
    func documentedNames() {
        let text = "TOPRELAY_LISTEN, `TOPRELAY_A_FILE`; TOPRELAY_SERVICE_*, XTOPRELAY_B"
        #expect(DocumentationRules.settings(in: text) == ["TOPRELAY_LISTEN", "TOPRELAY_A_FILE"])
        let source = SwiftText("let a = \"toprelay_calls_total\", b = \"the toprelay_x of\" // \"toprelay_y\"")
        #expect(DocumentationRules.metricLiterals(in: source) == ["toprelay_calls_total"])
        #expect(DocumentationRules.undocumented(["a", "b"], in: ["b"]) == ["a"])
        #expect(DocumentationRules.quotedNames(in: "`a` b `c d`") == ["a", "c d"])
    }

    @Test("A measure without a test, and one with a test that is not there, are found")
    func measuresWithoutTests() {
        let text = """
            ## Threats and measures

            - **A.** It holds. Tests: `OneTests`,
              `TwoTests`.
            - **B.** It holds.
            - **C.** Tests: `GoneTests`.

            ## Accepted risks
            - **D.**
            """
        #expect(
            DocumentationRules.suites(in: "struct OneTests {\n}\n@Suite struct TwoTests{") == ["OneTests", "TwoTests"])
        #expect(
            DocumentationRules.threatViolations(in: text, suites: ["OneTests", "TwoTests"])
                == ["B. names no test", "C. names GoneTests, which is not there"])
        #expect(!DocumentationRules.threatViolations(in: "", suites: []).isEmpty)
    }

    @Test("Problem types are read from their enumeration")
    func problemTypes() {
        let text = """
            public enum ProblemType: String, Sendable {
                case forbidden  // 403
                case notFound = "not-found", `throttled`
                var title: String {
                    switch self {
                    case .forbidden: "Forbidden"
                    }
                }
            }
            enum Other: String { case more = "more" }
            """
        #expect(DocumentationRules.problemTypes(in: text) == ["forbidden", "not-found", "throttled"])
        #expect(DocumentationRules.problemTypes(in: "enum Kind { case a }").isEmpty)
    }

    @Test("A name that only its declaration mentions is found, one that is used is not")
    func unusedNames() {
        let first = file("Sources/Base/A/B.swift", "func used() {}\nfunc lone() { used() }\n// lone()\n")
        let second = file("Sources/Base/A/C.swift", "enum E { case shown, hidden }\nlet e = E.shown\nprint(e)")
        let found = UnusedNameRules.violations(in: [first, second])
        #expect(found.map(\.message) == ["nothing uses lone: remove it"])
        #expect(found.first?.line == 2)
        let cases = UnusedNameRules.declarations(
            in: file("Sources/Base/A/D.swift", "case CURLE_OK: case one: case 2:").swift.tokens)
        #expect(cases.map(\.name) == ["one"])
    }
}
