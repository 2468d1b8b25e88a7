import Testing

/// The rules about tests, applied to the tree and to samples that break them.
@Suite("The tests keep the project's rules")
struct TestRuleTests {
    private func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(violations.isEmpty, Comment(rawValue: violations.listed), sourceLocation: sourceLocation)
    }

    private func file(_ path: String, _ text: String) -> Repository.File { Repository.File(path: path, text: text) }

    @Test("Every test file is in a folder that a target has")
    func foldersHaveTargets() {
        expectNone(Repository.tests.flatMap(TestRules.folderViolations))
        #expect(TestRules.folderViolations(in: file("Tests/AuditTests/A.swift", "")).count == 1)
        #expect(TestRules.folderViolations(in: file("Tests/A.swift", "")).count == 1)
    }

    @Test("A test has a sentence as its title, and a function name of two words at least")
    func namesOfTests() {
        expectNone(Repository.tests.flatMap(TestRules.nameViolations))
        for sample in [
            "@Test(\"lower case\") func twoWords() {}", "@Test func twoWords() {}",
            "@Test(\"Word\") func twoWords() {}",
            "@Test(\"Two words\") func one() {}",
        ] {
            #expect(TestRules.nameViolations(in: file("Tests/Unit/A/A.swift", sample)).count == 1, "\(sample)")
        }
        let right = "@Test(\n    \"Two words\", arguments: [1])\nfunc twoWords(a: Int) {}"
        expectNone(TestRules.nameViolations(in: file("Tests/Unit/A/A.swift", right)))
    }

    @Test("Tests that need PostgreSQL or the relay's binary are not among the unit tests")
    func serversAreElsewhere() {
        expectNone(Repository.tests.flatMap(TestRules.serverViolations))
        for sample in ["try await SharedCluster.settings", "TestDatabase.make(on: loop)", "[Repository.binary]"] {
            #expect(TestRules.serverViolations(in: file("Tests/Unit/A/A.swift", sample)).count == 1, "\(sample)")
            expectNone(TestRules.serverViolations(in: file("Tests/Integration/A/A.swift", sample)))
        }
    }

    @Test("No test ends the process of all tests")
    func testsEndAlone() {
        expectNone(Repository.tests.flatMap(TestRules.endViolations))
        for sample in ["fatalError()", "if a { abort() }", "exit(1)", "let a = try! b()", "precondition(a)"] {
            #expect(TestRules.endViolations(in: file("Tests/Unit/A/A.swift", sample)).count == 1, "\(sample)")
        }
        expectNone(TestRules.endViolations(in: file("Tests/Unit/A/A.swift", "stream.abort()\nfunc abort() {}")))
    }

    @Test("Migrations have short lines")
    func migrationsHaveShortLines() {
        expectNone(Repository().files(below: "migrations").flatMap(TestRules.migrationViolations))
        let long = String(repeating: "x", count: TestRules.columnsOfMigration + 1)
        #expect(TestRules.migrationViolations(in: file("migrations/0001_a.sql", long)).count == 1)
    }
}
