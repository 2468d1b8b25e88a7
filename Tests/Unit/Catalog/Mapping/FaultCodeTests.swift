import Testing

@testable import Catalog

@Suite("Codes of faults")
struct FaultCodeTests {
    private static let page = """
        method: taobao.test.codes
        session: optional
        request:
          - {name: ids, type: 'String []', required: false, max_items: 3}
          - {name: needed, type: String, required: true}
          - {name: amount, type: BigDecimal, required: false, max_value: '10'}
          - {name: nick, type: String, required: false, max_length: 4}
          - {name: time, type: Date, required: false}
          - {name: free, type: Json, required: false}
          - {name: file, type: 'byte[]', required: false}
          - {name: kind, type: String, required: false}
        """
    private static let overlay = """
        method: taobao.test.codes
        open: true
        request:
          kind: {values: {a: A, b: B}}
        rules:
          - {one_of: [nick, kind]}
        """

    private static let cases: [(members: String, pointer: String, code: Fault.Code)] = [
        (#""nick":"a""#, "/needed", .required),
        (#""nick":"a","needed":" ""#, "/needed", .required),
        (#""nick":"a","needed":"x","session":"y""#, "/session", .reserved),
        (#""nick":"a","needed":"x","constant":"y""#, "/constant", .reserved),
        (#""nick":"a","needed":1"#, "/needed", .type),
        (#""nick":"a","needed":"x","ids":1"#, "/ids", .type),
        (#""nick":"a","needed":"x","amount":"1e3""#, "/amount", .number),
        (#""nick":"a","needed":"x","amount":true"#, "/amount", .type),
        (#""nick":"a","needed":"x","amount":11"#, "/amount", .range),
        (#""nick":"a","needed":"x","time":"2026-02-30 00:00:00""#, "/time", .date),
        (#""kind":"c","needed":"x""#, "/kind", .enumeration),
        (#""nick":"abcde","needed":"x""#, "/nick", .tooLong),
        (#""nick":"a","needed":"x","ids":["1","2","3","4"]"#, "/ids", .tooMany),
        (#""nick":"a","needed":"x","ids":["1,2"]"#, "/ids/0", .element),
        (#""nick":"a","needed":"x","ids":["1"," "]"#, "/ids/1", .element),
        (#""nick":"a","needed":"x","free":"{""#, "/free", .json),
        (#""nick":"a","needed":"x","file":"?""#, "/file", .file),
        (#""needed":"x""#, "/nick", .rule),
    ]

    private func faults(_ members: String) throws -> [Fault] {
        let entry = try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page), overlay: CatalogFile(name: "o.yaml", text: Self.overlay)
        )
        switch try entry.map(document("{\(members)}"), constants: ["constant"]) {
        case .mapped: return []
        case .refused(let faults): return Array(faults)
        }
    }

    @Test("Each kind of fault has its code", arguments: cases)
    func codeOfEachKind(_ expected: (members: String, pointer: String, code: Fault.Code)) throws {
        let faults = try faults(expected.members)
        #expect(faults.map(\.pointer) == [expected.pointer])
        #expect(faults.map(\.code) == [expected.code])
    }

    @Test("Names that no field has, and names that are given twice, have codes of their own")
    func codesOfNames() throws {
        guard
            case .refused(let faults) = try entry(carProfiles).map(
                document(
                    #"{"list":{"acid":1,"channel_profile_id":"1","gmt_modified":"2010-01-01 00:00:00","#
                        + #""gmt_create":"2010-01-01 00:00:00","operate_type":1},"channel_id":"1","channelId":"1","#
                        + #""channel_type":1,"phone":"1","nothing":1}"#))
        else {
            Issue.record("mapped")
            return
        }
        #expect(faults.map { "\($0.pointer) \($0.code)" } == ["/channelId duplicate", "/nothing unknown"])
    }

    @Test("The words are those of the contract")
    func wordsOfContract() {
        #expect(
            Fault.Code.allCases.map(\.rawValue) == [
                "required", "unknown", "duplicate", "reserved", "type", "number", "range", "date", "enum", "too_long",
                "too_many", "element", "json", "file", "rule",
            ])
    }
}
