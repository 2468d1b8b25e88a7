import Catalog
import Testing

@testable import Sandbox

@Suite("Parameters against the catalog")
struct ParameterCheckTests {
    private static let fields: [Field] = [
        field("name", "String", required: true), field("count", "Number"), field("flag", "Boolean"),
        field("when", "Date"), field("ids", "Number []"), field("names", "String []"), field("file", "byte[]"),
        field(
            "item", "ItemDTO",
            children: [
                field("id", "Number", required: true), field("ok", "Boolean"), field("text", "String"),
                field("at", "Date"), field("tags", "String []"),
                field("more", "MoreDTO []", children: [field("n", "Number")]),
            ]),
        field("items", "ItemDTO []", children: [field("id", "Number", required: true)]), field("any", "Json"),
        field("map", "Map"), field("bare", "BareDTO"),
    ]

    private static func field(
        _ name: String, _ type: String, required: Bool = false, children: [Field] = []
    ) -> Field {
        var field = Field(name: name, type: FieldType(type))
        field.isRequired = required
        field.children = children
        return field
    }

    private func check(_ values: [String: String], _ fields: [Field] = Self.fields) throws(GatewayError) {
        try ParameterCheck.check(values.merging(["name": "n"]) { own, _ in own }, against: fields)
    }

    @Test(
        "Takes what is documented, in its wire form",
        arguments: [
            ["count": "-12.50"], ["count": "0.1"], ["count": "9223372036854775808"], ["flag": "true"],
            ["when": "2010-01-01 00:00:00"], ["ids": "1,2,3"], ["names": "a,,b"], ["count": ""],
            ["item": #"{"id":1,"ok":false,"text":"😀","at":"2010-01-01 00:00:00","tags":["a"],"more":[{"n":1}]}"#],
            ["item": #"[{"id":9007199254740993}]"#], ["items": #"[{"id":1},{"id":2}]"#], ["items": "[]"],
            ["any": "[1,{}]"], ["map": #"{"free":1}"#], ["bare": #"{"free":1}"#],
        ])
    func takesWhatIsDocumented(_ values: [String: String]) throws {
        try check(values)
    }

    @Test(
        "Refuses the rest with code 41 and the parameter's name",
        arguments: [
            ("colour", "red", "colour"), ("count", "1e5", "count"), ("count", "01", "count"), ("count", "+1", "count"),
            ("count", ".5", "count"), ("count", "1.", "count"), ("count", "-", "count"), ("flag", "TRUE", "flag"),
            ("when", "2010-01-01", "when"), ("when", "2010-02-30 00:00:00", "when"), ("ids", "1,x", "ids"),
            ("ids", "1,,2", "ids"), ("item", "{", "item"), ("item", #""text""#, "item"),
            ("item", #"{"id":1,"id":2}"#, "item"), ("item", #"{"id":"1"}"#, "item.id"),
            ("item", #"[{"id":1},{"id":2}]"#, "item"), ("item", #"{"id":1,"x":1}"#, "item.x"),
            ("item", #"{"id":1,"ok":"true"}"#, "item.ok"), ("item", #"{"id":1,"text":1}"#, "item.text"),
            ("item", #"{"id":1,"at":"now"}"#, "item.at"), ("item", #"{"id":1,"tags":"a,b"}"#, "item.tags"),
            ("item", #"{"id":1,"more":{"n":1}}"#, "item.more"), ("items", #"{"id":1}"#, "items"),
            ("items", "[1]", "items"), ("map", "[]", "map"),
        ])
    func refusesRestWithCode(_ name: String, _ value: String, _ named: String) {
        let fault = #expect(throws: GatewayError.self) { try check([name: value]) }
        #expect(fault?.code == 41)
        #expect(fault?.subCode == "isv.invalid-parameter:\(named)")
    }

    @Test("A file comes as a file and as nothing else, once, and for a parameter that is one")
    func fileComesAsFile() throws {
        try ParameterCheck.check(["name": "n"], files: ["file"], against: Self.fields)
        let wrong: [(values: [String: String], files: [String], named: String)] = [
            (["file": "x"], [], "file"), (["file": "x"], ["file"], "file"), ([:], ["file", "file"], "file"),
            ([:], ["count"], "count"), ([:], ["colour"], "colour"), ([:], ["item"], "item"),
        ]
        for (values, files, named) in wrong {
            let fault = #expect(throws: GatewayError.self, "\(values) \(files)") {
                try ParameterCheck.check(
                    values.merging(["name": "n"]) { own, _ in own }, files: files, against: Self.fields)
            }
            #expect(fault?.subCode == "isv.invalid-parameter:\(named)")
        }
        let required = Self.field("file", "byte[]", required: true)
        #expect(throws: GatewayError.missing("file")) { try ParameterCheck.check([:], against: [required]) }
        try ParameterCheck.check([:], files: ["file"], against: [required])
    }

    @Test("Asks for what is required with code 40, at any depth; a blank text counts as missing")
    func asksForWhatIsRequired() {
        for (values, name) in [
            (["name": " \t"], "name"), (["item": "{}"], "item.id"), (["items": #"[{"id":1},{}]"#], "items.id"),
        ] {
            let fault = #expect(throws: GatewayError.self) { try check(values) }
            #expect(fault == .missing(name))
        }
        #expect(throws: GatewayError.missing("name")) { try ParameterCheck.check([:], against: Self.fields) }
    }

    @Test("Holds to documented lengths")
    func holdsToDocumentedLengths() throws {
        var short = Self.field("short", "String")
        short.maximumLength = 3
        try check(["name": "n", "short": "混合品"], [short, Self.field("name", "String")])
        #expect(throws: GatewayError.self) { try check(["short": "1234"], [short, Self.field("name", "String")]) }
    }
}
