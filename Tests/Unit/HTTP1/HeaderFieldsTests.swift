import Testing

@testable import HTTP1

@Suite("Header fields are looked up by name")
struct HeaderFieldsTests {
    private let fields: HeaderFields = ["Top-App": "a", "X": "", "top-app": "b", "Höhe": "ä"]

    @Test("Names match but for the case of ASCII letters, and of letters alone")
    func namesMatchButForCase() {
        #expect(fields.first(name: "TOP-APP") == "a")
        #expect(fields["top-app"] == ["a", "b"])
        #expect(fields["top-app"].count == 2 && fields["y"].count == 0)
        #expect(fields.contains("x") && !fields.contains("top-ap") && !fields.contains("top\u{0D}app"))
        #expect(fields.first(name: "y") == nil && fields["y"].isEmpty)
        #expect(fields.first(name: "höhe") == "ä" && fields.first(name: "HÖHE") == nil)
    }

    @Test("Fields are reached by position, in the order given")
    func fieldsAreReachedByPosition() {
        #expect(fields.indices.map(fields.name(at:)) == ["Top-App", "X", "top-app", "Höhe"])
        #expect(fields.indices.map(fields.value(at:)) == ["a", "", "b", "ä"])
        #expect(fields.indices.map { Array(fields.valueBytes(at: $0)) } == ["a", "", "b", "ä"].map { Array($0.utf8) })
        #expect(fields.nameLength(at: 0) == 7 && fields.isName("top-APP", at: 0) && !fields.isName("x", at: 0))
    }

    @Test("Lists are equal when names and values are, wherever their bytes lie")
    func listsAreEqualWhenNames() throws {
        var parser = RequestParser()
        var position = 0
        let input = bytes("GET / HTTP/1.1\r\nHost:  h \r\nX:y\r\n\r\n")
        guard case .head(let head) = try parser.next(input.span, at: &position) else {
            Issue.record("no head")
            return
        }
        #expect(head.fields == ["Host": "h", "X": "y"])
        #expect(head.fields != ["Host": "h", "x": "y"])
        #expect(head.fields != ["Host": "h"])
        #expect(head.fields != ["Host": "h", "X": "z"])
    }

    @Test("Bytes that are not UTF-8 become U+FFFD in a value's text")
    func notUTF8() throws {
        var parser = RequestParser()
        var position = 0
        guard
            case .head(let head) = try parser.next(
                bytes("GET / HTTP/1.1\r\nHost: h\r\nX: a\u{FF}b\r\n\r\n").span, at: &position)
        else {
            Issue.record("no head")
            return
        }
        #expect(head.fields.first(name: "x") == "a\u{FFFD}b")
    }

    @Test("Just the characters of tokens are tokens")
    func justCharactersOfTokens() {
        let allowed = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        #expect((UInt8.min...UInt8.max).filter(Characters.isToken) == allowed.utf8.sorted())
        let controls = (UInt8.min...UInt8.max).filter { byte in
            let bytes = [byte]
            return Characters.firstControl(in: bytes.span, from: 0, to: 1) == 0
        }
        #expect(controls == Array(0...8) + Array(10...31) + [127])
    }
}
