import Testing

/// The rules applied to the tree itself. `RuleTests` shows that each can fail.
@Suite("The source tree keeps the project's rules")
struct TreeTests {
    private let repository = Repository()

    private func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(violations.isEmpty, Comment(rawValue: violations.listed), sourceLocation: sourceLocation)
    }

    @Test("The tree is found where this test was compiled")
    func treeIsFound() {
        #expect(Repository.sources.count >= ImportRules.table.count)
        #expect(Repository.tests.contains { $0.path == "Tests/Tidy/TreeTests.swift" })
    }

    @Test("Modules import only what the table allows")
    func modulesImportOnlyWhatTable() {
        expectNone(Repository.sources.flatMap(ImportRules.violations))
    }

    @Test("No source imports full Foundation")
    func fullFoundation() {
        expectNone(Repository.sources.flatMap(ImportRules.foundationViolations))
    }

    @Test("Every module of the table has sources")
    func modulesExist() {
        let modules = Set(Repository.sources.map(\.module))
        let missing = ImportRules.table.map(\.key).filter { !modules.contains($0) }
        #expect(missing.isEmpty)
    }

    @Test("No modules import one another in a circle")
    func noModulesImportOneAnotherInCircle() {
        #expect(ImportRules.circles(in: ImportRules.table).isEmpty)
    }

    @Test("Files are short")
    func fileSizes() {
        expectNone(Repository.sources.flatMap(SizeRules.fileViolations))
    }

    @Test("Folders have few files")
    func folderSizes() {
        expectNone(SizeRules.folderViolations(of: (Repository.sources + Repository.tests).map(\.path)))
    }

    @Test("Functions are short")
    func functionSizes() {
        expectNone(Repository.sources.flatMap(SizeRules.functionViolations))
    }

    @Test("Sources do without traps, pointers and forced unwraps")
    func sourcesDoWithoutTraps() {
        expectNone(Repository.sources.flatMap(WordRules.sourceViolations))
    }

    @Test("Every name that is declared is used")
    func unusedNames() {
        expectNone(UnusedNameRules.violations(in: Repository.sources))
    }

    @Test("No test is switched off")
    func noTestIsSwitched() {
        expectNone(Repository.tests.flatMap(WordRules.testViolations))
    }

    @Test("No marks of unfinished work and no machine's paths")
    func noMarksOfUnfinished() {
        let endings = [
            ".swift", ".c", ".h", ".sql", ".yaml", ".yml", ".md", ".py", ".lua", ".conf", ".sh", ".env", "Makefile",
            ".go", "Dockerfile", "/run", "/lint", "/packages", "/render", "/swift", "/install-as-root",
        ]
        expectNone(repository.files(below: "", endings: endings).flatMap(TreeRules.wordViolations))
    }

    @Test("Migrations are numbered without gaps")
    func migrationsAreNumberedWithoutGaps() {
        expectNone(TreeRules.migrationViolations(names: repository.files(below: "migrations").map(\.name)))
    }

    @Test("The README is short and names both commands")
    func readmeIsShortAndNames() {
        expectNone(TreeRules.readmeViolations(repository.text("README.md")))
    }

    @Test("Links between the documents lead somewhere")
    func linksBetweenDocumentsLead() {
        let documents = repository.files(below: "", endings: [".md"])
        expectNone(documents.flatMap { TreeRules.linkViolations(in: $0, exists: repository.exists) })
    }
}
