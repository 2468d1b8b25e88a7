import Testing

/// Samples for the rules about documents and English.
@Suite("Each rule about prose can fail")
struct ProseRuleTests {
    private func markdown(_ text: String) -> [Violation] {
        ProseRules.markdownViolations(in: Repository.File(path: "docs/a.md", text: text))
    }

    @Test("A line one column too long is refused, but not in a generated part")
    func lineLength() {
        let line = String(repeating: "é", count: ProseRules.columns)
        #expect(markdown(line).isEmpty)
        #expect(markdown("a\n" + line + "a").map(\.line) == [2])
        #expect(markdown("<!-- start -->\n\(line)a\n<!-- end -->\n").isEmpty)
        #expect(markdown("<!-- start -->\n<!-- end -->\n\(line)a").map(\.line) == [3])
    }

    @Test(
        "Each refused phrase is found",
        arguments: ProseRules.phrases.map { $0.words.joined(separator: " ") })
    func refusedPhrases(phrase: String) {
        #expect(markdown("One \(phrase) two.").count == 1)
        #expect(markdown("A line.\n\(phrase.uppercased()) two").map(\.line) == [2])
        #expect(markdown(phrase.split(separator: " ").joined(separator: "\n")).map(\.line) == [1])
    }

    @Test(
        "Only whole phrases outside code are refused",
        arguments: [
            "There is no limit.", "Amendments", "If it is, no call is made.", "`is no`", "    is no", "is Nothing",
            "That is. No call is made.", "is 'no'",
        ])
    func allowedPhrases(text: String) {
        #expect(markdown(text).isEmpty)
    }

    @Test("Comments of Swift are checked, code and texts are not")
    func swiftComments() {
        let long = String(repeating: "a", count: ProseRules.columns)
        let text = """
            let a = "is no"  // This is no
            /// reason.
            /* so
               many */
            let b = "\(long)"
            // \(long)
            """
        let violations = ProseRules.swiftViolations(in: Repository.File(path: "Sources/A/B.swift", text: text))
        #expect(violations.compactMap(\.line).sorted() == [1, 3, 6])
    }

    @Test("The folders of Swift code are whole names")
    func checkedFolders() {
        #expect(ProseRules.isChecked("Tests/Tidy/Rules/ProseRules.swift"))
        #expect(ProseRules.isChecked("Sources/A/B/C.swift"))
        #expect(ProseRules.isChecked("Package.swift"))
        #expect(!ProseRules.isChecked("SourcesOfOthers/A.swift"))
    }

    @Test("Other files are checked whole")
    func otherFiles() {
        let file = Repository.File(path: "deploy/a.yaml", text: "a: 'is' 'no'\n# looks\n# after\nb: mend\nc is None\n")
        // The mark of a comment and quotation marks stand between words, so only the last one is a phrase.
        #expect(ProseRules.otherViolations(in: file).map(\.line) == [4])
    }

    @Test("A map with too many words, without a module, or with a wrong name is refused")
    func architectureMap() {
        let paths = ["Sources/App/Relay/Worker+Sign.swift"]
        func messages(_ text: String) -> [String] {
            ArchitectureRules.violations(in: text, modules: ["Relay"], paths: paths).map(\.message)
        }
        #expect(messages("`Relay` `Relay/Worker+Sign` `GET /docs/a` `docs/adr`").isEmpty)
        #expect(messages("`Other`") == ["does not name the module Relay"])
        #expect(messages("`Relay` `Relay/Worker`") == ["names Relay/Worker, which is not there"])
        let words = Array(repeating: "`Relay`", count: ArchitectureRules.words)
        #expect(messages(words.joined(separator: "\n")).isEmpty)
        #expect(messages((words + ["more"]).joined(separator: " ")) == ["901 words, at most 900"])
    }

    @Test("A link to a heading that is not there is refused")
    func missingHeading() {
        let text = "# One `two`, three\n[a](#one-two-three) [b](#two) [c](b.md#four) [d](b.md#five) [e](c.md#six)"
        let violations = TreeRules.anchorViolations(in: Repository.File(path: "docs/a.md", text: text)) {
            $0 == "docs/b.md" ? "## Four\n" : nil
        }
        #expect(
            violations.map(\.message) == [
                "links to #two of docs/a.md, which is not there", "links to #five of docs/b.md, which is not there",
            ])
    }

    @Test("Targets are read from a manifest with their dependencies and settings")
    func manifestTargets() {
        let text = """
            let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
            let package = Package(
                targets: [
                    .target(name: "CLib", linkerSettings: [.linkedLibrary("lib")]),
                    .target(
                        name: "One",
                        dependencies: [
                            "CLib", yams,
                        ], swiftSettings: safe),
                    .target(name: "Help", dependencies: ["One"], path: "Tests/Support", swiftSettings: common),
                    .testTarget(name: "OneTests", dependencies: ["One"], swiftSettings: common),
                ]
            )
            """
        let targets = PackageManifest(text).targets
        #expect(
            targets == [
                .init(name: "CLib", dependencies: [], isSafe: false, isTest: false),
                .init(name: "One", dependencies: ["CLib", "Yams"], isSafe: true, isTest: false),
                .init(name: "Help", dependencies: ["One"], isSafe: false, isTest: true),
                .init(name: "OneTests", dependencies: ["One"], isSafe: false, isTest: true),
            ])
    }
}
