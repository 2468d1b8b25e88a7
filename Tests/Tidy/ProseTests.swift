import Testing

/// The rules about documents and English, applied to the tree. `ProseRuleTests` shows that each can fail.
@Suite("Documents and comments are plain and true")
struct ProseTests {
    private let repository = Repository()

    private func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(violations.isEmpty, Comment(rawValue: violations.listed), sourceLocation: sourceLocation)
    }

    @Test("Markdown has short lines and no refused phrases")
    func markdownLines() {
        expectNone(repository.files(below: "", endings: [".md"]).flatMap(ProseRules.markdownViolations))
    }

    @Test("Comments of Swift code have short lines and no refused phrases")
    func swiftComments() {
        let manifest = repository.text("Package.swift").map { Repository.File(path: "Package.swift", text: $0) }
        let files = ([manifest].compactMap(\.self) + Repository.sources + Repository.tests)
        expectNone(files.filter { ProseRules.isChecked($0.path) }.flatMap(ProseRules.swiftViolations))
    }

    @Test("Scripts, migrations and deployment files have no refused phrases")
    func otherFiles() {
        expectNone(
            ProseRules.otherFolders.flatMap { repository.files(below: $0) }.flatMap(ProseRules.otherViolations))
    }

    @Test("The architecture's map is short, names every module, and points to sources that exist")
    func architectureMap() throws {
        let text = try #require(repository.text("ARCHITECTURE.md"))
        let sources = repository.files(below: "Sources")
        expectNone(
            ArchitectureRules.violations(
                in: text, modules: Array(Set(sources.map(\.module))), paths: sources.map(\.path)))
    }

    @Test("Links to sections lead to headings")
    func sectionLinks() {
        let documents = repository.files(below: "", endings: [".md"])
        expectNone(documents.flatMap { TreeRules.anchorViolations(in: $0, text: repository.text) })
    }
}
