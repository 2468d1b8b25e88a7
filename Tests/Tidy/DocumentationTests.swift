import Testing

/// docs/operations.md explains every name that an operator meets.
@Suite("The operator's manual is complete")
struct DocumentationTests {
    private let repository = Repository()
    private let manual: String

    init() throws {
        manual = try #require(repository.text("docs/operations.md"))
    }

    @Test("Every setting in the sources and in deploy/ is documented")
    func everySettingInSources() {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.settingLiterals(in: $1.swift))
        }
        let deployed = repository.files(below: "deploy").reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.settings(in: $1.text))
        }
        let documented = DocumentationRules.settings(in: manual)
        let missing = DocumentationRules.undocumented(used.union(deployed), in: documented)
        #expect(missing.isEmpty)
    }

    @Test("Every problem type is documented")
    func problemTypes() {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.problemTypes(in: $1.text))
        }
        let missing = DocumentationRules.undocumented(used, in: DocumentationRules.quotedNames(in: manual))
        #expect(missing.isEmpty)
    }

    @Test("Every metric is documented")
    func everyMetricIsDocumented() {
        let used = Repository.sources.reduce(into: Set<String>()) {
            $0.formUnion(DocumentationRules.metricLiterals(in: $1.swift))
        }
        let missing = DocumentationRules.undocumented(used, in: DocumentationRules.metrics(in: manual))
        #expect(missing.isEmpty)
    }
}
