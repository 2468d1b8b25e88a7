import JSON
import TestSupport
import Testing

@Suite("Strings")
struct StringTests {
    @Test("Escapes are decoded")
    func escapesAreDecoded() throws {
        let value = try JSONDocument(#""a\"\\\/\b\f\n\r\tA\u00e9中\ud83d\ude00 é中😀""#).root
        let text = "a\"\\/\u{8}\u{C}\n\r\tAé中😀 é中😀"
        #expect(value.string == text)
        #expect(value.stringBytes.map(Array.init) == Array(text.utf8))
    }

    @Test("A NUL can be written as an escape")
    func nulCanBeWritten() throws {
        #expect(try JSONDocument(#""a\u0000b""#).root.string == "a\0b")
    }

    @Test(
        "A lone surrogate escape is refused by strict and becomes U+FFFD for tolerant",
        arguments: [
            (#""\ud800""#, "\u{FFFD}"), (#""\udc00""#, "\u{FFFD}"), (#""\ud800x""#, "\u{FFFD}x"),
            (#""\ud800\n""#, "\u{FFFD}\n"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"),
            (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        ])
    func loneSurrogates(_ text: String, _ repaired: String) throws {
        let expected = "a pair of surrogate escapes (\\uD800-\\uDBFF, then \\uDC00-\\uDFFF)"
        #expect(throws: JSONError(reason: .syntax(expected: expected), offset: 1)) { try JSONDocument(text) }
        #expect(try JSONDocument(text, options: .tolerant).root.string == repaired)
    }

    @Test("Raw control characters are refused by strict and kept by tolerant", arguments: UInt8(0)..<0x20)
    func controlCharacters(_ byte: UInt8) throws {
        let text: [UInt8] = [0x22, 0x61, byte, 0x62, 0x22]
        let expected = "an escape such as \\n instead of a raw control character"
        #expect(throws: JSONError(reason: .syntax(expected: expected), offset: 2)) { try JSONDocument(text) }
        let document = try JSONDocument(text, options: .tolerant)
        #expect(document.root.stringBytes.map(Array.init) == [0x61, byte, 0x62])
        #expect(document.bytes == text)
    }

    @Test("UTF-8 is judged as the standard library judges it", arguments: [1, 2, 3, 4])
    func utf8(_ length: Int) throws {
        var generator = Seeded(seed: UInt64(length))
        let edges: [UInt8] = [
            0x20, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
            0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<4000 {
            let inner = (0..<length).map { _ in edges.randomElement(using: &generator) ?? 0 }
            let isValid = String(validating: inner, as: UTF8.self) != nil
            let text = [0x22] + inner + [0x22]
            let read = Result { () throws(JSONError) in try JSONDocument(text).root.string }
            if isValid {
                #expect(read == .success(String(decoding: inner, as: UTF8.self)), "\(inner)")
            } else {
                #expect(read.reason == .invalidUTF8, "\(inner)")
            }
        }
    }

    @Test("Invalid UTF-8 is refused at its first byte")
    func invalidOffset() {
        #expect(throws: JSONError(reason: .invalidUTF8, offset: 4)) {
            try JSONDocument(Array("[\"é".utf8) + [0xE4, 0xB8, 0x22, 0x5D])
        }
    }

    @Test("Tolerant repairs the document's bytes, and what follows stays readable")
    func tolerantRepairsDocumentBytes() throws {
        // "品牌" in GBK.
        let text = Array(#"{"a":""#.utf8) + [0xC6, 0xB7, 0xC5, 0xC6] + Array(#"","b":1}"#.utf8)
        let document = try JSONDocument(text, options: .tolerant)
        #expect(document.root["b"]?.integer == 1)
        #expect(document.root["a"]?.string?.contains("\u{FFFD}") == true)
        #expect(String(validating: document.bytes, as: UTF8.self) != nil)
        #expect(document.bytes != text)
    }

    @Test("Tolerant passes over a byte order mark")
    func byteOrderMark() throws {
        #expect(try JSONDocument("\u{FEFF}[1]", options: .tolerant).root.count == 1)
    }

    @Test("A very long string comes out whole, with and without escapes")
    func veryLongStringComes() throws {
        let text = String(repeating: "长x", count: 200_000)
        #expect(try JSONDocument("\"\(text)\"").root.string == text)
        #expect(try JSONDocument("\"\(text)\\n\"").root.string == text + "\n")
    }
}

extension Result where Failure == JSONError {
    var reason: JSONError.Reason? {
        if case .failure(let error) = self { error.reason } else { nil }
    }
}
