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

    @Test("A time ago needs no hyphen, and several values are separated by commas")
    func shortForms() throws {
        let options = try AuditFilterOptions.parse(["--from", "15m", "--to=-1m", "--status", "200,504", "--app", "a,b"])
        let query = try options.query()
        let (from, to) = (try #require(query.fromMilliseconds), try #require(query.toMilliseconds))
        #expect((14 * 60_000 - 5000...14 * 60_000 + 5000).contains(to - from))
        #expect(query.status?.values == [200, 504] && query.app?.values == ["a", "b"])
    }

    @Test(
        "An option that is none of a filter's values is refused with the values that there are",
        arguments: [
            (["--outcome", "fine"], "separated by commas, each one of success"),
            (["--status", "99"], "from 100 to 599"),
            (["--min-duration-ms", "86400001"], "whole number"), (["--key", "phone"], "NAME:VALUE"),
            (["--from", "now"], "RFC 3339"), (["--ref", ""], "must not be empty"), (["--to", "15"], "RFC 3339"),
            (["--app", "a,,b"], "none of them empty"), (["--status", "200,x"], "from 100 to 599"),
        ])
    func refusedValues(_ arguments: [String], _ words: String) throws {
        let options = try AuditFilterOptions.parse(arguments)
        let failure = #expect(throws: CommandError.self) { try options.query() }
        #expect(failure?.message.contains(words) == true)
    }
}
