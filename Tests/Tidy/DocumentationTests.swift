import Testing

/// The pages of docs/operations explain every name that an operator meets.
@Suite("The operator's manual is complete")
struct DocumentationTests {
    private let repository = Repository()

    private func page(_ name: String) throws -> String {
        try #require(repository.text("docs/operations/\(name).md"))
    }

    @Test("Every setting in the sources and in deploy/ is documented")
    func everySettingInSources() throws {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.settingLiterals(in: $1.swift))
        }
        let deployed = repository.files(below: "deploy").reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.settings(in: $1.text))
        }
        let documented = DocumentationRules.settings(in: try page("settings"))
        let missing = DocumentationRules.undocumented(used.union(deployed), in: documented)
        #expect(missing.isEmpty)
    }

    @Test("Every problem type is documented")
    func problemTypes() throws {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.problemTypes(in: $1.text))
        }
        let missing = DocumentationRules.undocumented(
            used, in: DocumentationRules.quotedNames(in: try page("http-api")))
        #expect(missing.isEmpty)
    }

    @Test("Every measure of the threat model names tests, and each of them exists")
    func measuresNameTests() throws {
        let suites = repository.files(below: "Tests").reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.suites(in: $1.text))
        }
        let text = try #require(repository.text("docs/threat-model.md"))
        let violations = DocumentationRules.threatViolations(in: text, suites: suites)
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("Every metric is documented")
    func everyMetricIsDocumented() throws {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.metricLiterals(in: $1.swift))
        }
        let missing = DocumentationRules.undocumented(used, in: DocumentationRules.metrics(in: try page("dashboards")))
        #expect(missing.isEmpty)
    }
}
