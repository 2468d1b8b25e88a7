import JSON
import Testing

@Suite("The grammar")
struct GrammarTests {
    @Test(
        "What RFC 8259 allows is taken",
        arguments: [
            "null", "true", "false", "0", "-0", "1e5", "1E+5", "1.5e-3", "\"\"", "[]", "{}", " \t\r\n[ ] ",
            "[1,[2,[3]],{}]", #"{"":0}"#, #"{"a":{"b":[{}]}}"#, #""\"\\\/\b\f\n\r\t\u00e9""#, "\"\u{7F}\u{2028}\"",
        ])
    func whatRFC8259Allows(_ text: String) throws {
        let document = try JSONDocument(text)
        #expect(document.bytes == Array(text.utf8))
    }

    struct Refusal: Sendable {
        let text: String
        let expected: String
        let offset: Int
    }

    static let refusals: [Refusal] = [
        Refusal(text: "01", expected: "a number without leading zeros", offset: 0),
        Refusal(text: "-01", expected: "a number without leading zeros", offset: 0),
        Refusal(text: "+1", expected: "a JSON value", offset: 0),
        Refusal(text: ".5", expected: "a JSON value", offset: 0),
        Refusal(text: "1.", expected: "a digit", offset: 2),
        Refusal(text: "1.e5", expected: "a digit", offset: 2),
        Refusal(text: "1e", expected: "a digit", offset: 2),
        Refusal(text: "1e+", expected: "a digit", offset: 3),
        Refusal(text: "-", expected: "a digit", offset: 1),
        Refusal(text: "NaN", expected: "a JSON value", offset: 0),
        Refusal(text: "-Infinity", expected: "a digit", offset: 1),
        Refusal(text: "nul", expected: "a JSON value", offset: 0),
        Refusal(text: "[truE]", expected: "a JSON value", offset: 1),
        Refusal(text: "[", expected: "a JSON value", offset: 1),
        Refusal(text: "[1", expected: "',' or ']'", offset: 2),
        Refusal(text: "[1,]", expected: "a JSON value", offset: 3),
        Refusal(text: "[1 2]", expected: "',' or ']'", offset: 3),
        Refusal(text: "[1}", expected: "',' or ']'", offset: 2),
        Refusal(text: "{", expected: "a name in double quotes or '}'", offset: 1),
        Refusal(text: "{a:1}", expected: "a name in double quotes or '}'", offset: 1),
        Refusal(text: "{'a':1}", expected: "a name in double quotes or '}'", offset: 1),
        Refusal(text: #"{"a" 1}"#, expected: "':'", offset: 5),
        Refusal(text: #"{"a":}"#, expected: "a JSON value", offset: 5),
        Refusal(text: #"{"a":1,}"#, expected: "a name in double quotes", offset: 7),
        Refusal(text: #"{"a":1"#, expected: "',' or '}'", offset: 6),
        Refusal(text: #"{"a":1]"#, expected: "',' or '}'", offset: 6),
        Refusal(text: #""abc"#, expected: "a closing quotation mark", offset: 4),
        Refusal(text: #""abc\"#, expected: "a closing quotation mark", offset: 5),
        Refusal(
            text: #""\x41""#, expected: #"an escape: one of \" \\ \/ \b \f \n \r \t \uXXXX"#, offset: 1),
        Refusal(text: #""\u12g4""#, expected: "four hexadecimal digits after \\u", offset: 1),
        Refusal(text: #""\u12"#, expected: "four hexadecimal digits after \\u", offset: 1),
        Refusal(text: "// comment\n1", expected: "a JSON value", offset: 0),
        Refusal(text: "\u{FEFF}{}", expected: "a JSON value, not a byte order mark,", offset: 0),
        Refusal(text: "é", expected: "a JSON value", offset: 0),
        Refusal(text: "\u{A0}1", expected: "a JSON value", offset: 0),
        Refusal(text: "[1\0]", expected: "',' or ']'", offset: 2),
    ]

    @Test("What it does not allow is refused with what was expected, and where", arguments: refusals)
    func whatItDoesNotAllow(_ refusal: Refusal) throws {
        let error = JSONError(reason: .syntax(expected: refusal.expected), offset: refusal.offset)
        #expect(throws: error) { try JSONDocument(refusal.text) }
        #expect(error.description == "expected \(refusal.expected) at byte \(refusal.offset)")
    }

    @Test("An empty text and a second value have their own reasons")
    func emptyAndTrailing() {
        #expect(throws: JSONError(reason: .empty, offset: 0)) { try JSONDocument("") }
        #expect(throws: JSONError(reason: .empty, offset: 3)) { try JSONDocument(" \n\t") }
        #expect(throws: JSONError(reason: .trailing, offset: 2)) { try JSONDocument("1 2") }
        #expect(throws: JSONError(reason: .trailing, offset: 2)) { try JSONDocument("{}}") }
        #expect(throws: JSONError(reason: .trailing, offset: 4)) { try JSONDocument("null\0") }
    }

    @Test(
        "Numbers keep the digits they are written with",
        arguments: [
            "9007199254740993", "1000.00", "-0", "1e400", "0.10", "-12345678901234567890123", "1E-0007",
            "1234567890123456789",
        ])
    func numbersKeepDigitsTheyAreWritten(_ text: String) throws {
        let value = try #require(try JSONDocument("[ \(text) ]").root.elements.first { _ in true })
        #expect(value.kind == .number)
        #expect(value.lexeme == text)
        #expect(value.scalarText == text)
        #expect(value.string == nil)
    }

    @Test("An integer that fits into 64 bits can be had as one, and nothing else")
    func integerThatFitsInto64() throws {
        let elements = try JSONDocument(#"[1234567890123456789,-5,1.0,1e3,9223372036854775808,"1",true]"#).root.elements
        #expect(elements.map(\.integer) == [1_234_567_890_123_456_789, -5, nil, nil, nil, nil, nil])
    }

    @Test("Nesting is taken up to the limit, and refused beyond, at the byte that goes too far")
    func nestingIsTakenUpToLimit() throws {
        let nested = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSONDocument(nested(64)).root.count == 1)
        #expect(throws: JSONError(reason: .tooDeep(limit: 64), offset: 64)) { try JSONDocument(nested(65)) }
        #expect(throws: JSONError(reason: .tooDeep(limit: 2), offset: 10)) {
            try JSONDocument(#"{"a":{"b":{}}}"#, options: .init(maximumDepth: 2))
        }
        #expect(try JSONDocument(nested(5000), options: .init(maximumDepth: 5000)).root.count == 1)
    }

    @Test("A megabyte of opening brackets is refused at the first that is too deep")
    func megabyteOfOpeningBrackets() {
        for unit in ["[", #"{"a":"#] {
            let offset = 64 * unit.utf8.count
            #expect(throws: JSONError(reason: .tooDeep(limit: 64), offset: offset)) {
                try JSONDocument(String(repeating: unit, count: 1 << 20))
            }
        }
    }

    @Test("Depth counts what is open, not what was")
    func depthCountsWhatIsOpen() throws {
        let text = "[" + Array(repeating: "[[]]", count: 1000).joined(separator: ",") + "]"
        #expect(try JSONDocument(text, options: .init(maximumDepth: 3)).root.count == 1000)
    }
}
