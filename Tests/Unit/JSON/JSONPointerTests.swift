import JSON
import Testing

@Suite("Pointers")
struct JSONPointerTests {
    @Test("A pointer is written as RFC 6901 has it")
    func pointerIsWrittenAsRFC() {
        #expect(JSONPointer().description.isEmpty)
        #expect(JSONPointer().appending("list").appending(0).appending("acid").description == "/list/0/acid")
        #expect(JSONPointer().appending("").description == "/")
        #expect(JSONPointer().appending("a/b").appending("m~n").description == "/a~1b/m~0n")
        #expect(JSONPointer().appending("~1").description == "/~01")
        #expect(JSONPointer().appending("é\u{301} 中").description == "/é\u{301} 中")
    }

    @Test("Pointers can be told apart")
    func pointersCanBeTold() {
        #expect(JSONPointer().appending("a").appending(1) == JSONPointer().appending("a").appending("1"))
        #expect(JSONPointer().appending("a/b") != JSONPointer().appending("a").appending("b"))
    }
}
