import ArgumentParser
import Audit
import Testing

@testable import toprelay

@Suite struct AuditOptionsTests {
    @Test("Every filter of calls is an option of the command line")
    func everyFilter() throws {
        let filters = try AuditFilterOptions.parse([]).texts.keys
        let relations = try AuditRelationOptions.parse([]).texts.keys
        #expect(Set(filters).union(relations) == Set(TrailFilter.all.map(\.name)))
    }

    @Test(
        "An option that is none of a filter's values is refused with the values that there are",
        arguments: [
            (["--outcome", "fine"], "--outcome must be one of success"), (["--status", "99"], "from 100 to 599"),
            (["--min-duration-ms", "86400001"], "whole number"), (["--key", "phone"], "NAME:VALUE"),
            (["--from", "now"], "RFC 3339"), (["--ref", ""], "must not be empty"),
        ])
    func refusedValues(_ arguments: [String], _ words: String) throws {
        let options = try AuditFilterOptions.parse(arguments)
        let failure = #expect(throws: CommandError.self) { try options.query() }
        #expect(failure?.message.contains(words) == true)
    }
}
