import JSON
import Testing

@Suite("Writing")
struct WriterTests {
    static func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Commas stand where they belong, at every depth")
    func commasStandWhereTheyBelong() {
        let text = Self.written { writer in
            writer.beginObject()
            writer.name("a")
            writer.beginArray()
            writer.integer(-1)
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.bool(true)
            writer.endArray()
            writer.name("b")
            writer.null()
            writer.name("c")
            writer.beginObject()
            writer.name("d")
            writer.raw("[1, 2]".utf8)
            writer.name("e")
            writer.number(lexeme: "1000.00")
            writer.endObject()
            writer.name("f")
            writer.bool(false)
            writer.endObject()
        }
        #expect(text == #"{"a":[-1,[],{},true],"b":null,"c":{"d":[1, 2],"e":1000.00},"f":false}"#)
    }

    @Test("Only quotation marks, backslashes and control characters are escaped")
    func onlyQuotationMarks() {
        let text = "\"\\/\u{8}\u{C}\n\r\t\0\u{1}\u{1F}\u{7F}é中😀\u{2028}"
        let expected = #""\"\\/\b\f\n\r\t\u0000\u0001\u001f"# + "\u{7F}é中😀\u{2028}\""
        #expect(Self.written { $0.string(text) } == expected)
        #expect(Self.written { $0.string(utf8: Array(text.utf8)) } == expected)
        #expect(Self.written { $0.string(utf8: text.utf8) } == expected)
        #expect(Self.written { $0.name(text) } == expected + ":")
        #expect(Self.written { $0.string("plain 中") } == "\"plain 中\"")
    }

    @Test("Elements given as bytes, in whatever collection, are separated too")
    func elementsGivenAsBytes() {
        let text = Self.written { writer in
            writer.beginArray()
            writer.raw(Array("1".utf8))
            writer.raw(Array("2".utf8)[...])
            writer.raw("3".utf8)
            writer.string(utf8: "4".utf8)
            writer.endArray()
        }
        #expect(text == #"[1,2,3,"4"]"#)
    }

    @Test("A writer that was emptied starts anew")
    func removeAll() {
        var writer = JSONWriter(capacity: 8)
        writer.integer(1)
        writer.removeAll()
        writer.integer(2)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "2")
    }

    @Test("A parsed value is written without white space, with its numbers as they were")
    func parsedValueIsWritten() throws {
        let source = "{ \"a\\/\\u0062\" : [ 1.00 , -0 , null , true ] , \"c\" : { } , \"d\" : \"x\\ty\\/\" }"
        let root = try JSONDocument(source).root
        #expect(Self.written { $0.value(root) } == #"{"a/b":[1.00,-0,null,true],"c":{},"d":"x\ty/"}"#)
    }

    @Test("Raw control characters that tolerant kept are escaped when written")
    func controlCharacters() throws {
        let root = try JSONDocument("[\"a\nb\u{1}\"]", options: .tolerant).root
        let text = Self.written { $0.value(root) }
        #expect(text == #"["a\nb\u0001"]"#)
        #expect(try JSONDocument(text).root.count == 1)
    }
}
