import Testing

@testable import Sandbox

@Suite("Forms")
struct FormDecoderTests {
    private func decode(_ text: String) throws -> [ReceivedParameter] {
        try FormDecoder.decode(Array(text.utf8)[...])
    }

    @Test("Keep order, repetition and empty values, and decode to the byte")
    func keepOrder() throws {
        #expect(try decode("") == [])
        #expect(
            try decode("a=1+2&b=&a=%E6%B7%B7%26%3D%2B%25%00&c=d=e") == [
                ReceivedParameter(name: "a", value: "1 2"), ReceivedParameter(name: "b", value: ""),
                ReceivedParameter(name: "a", value: "混&=+%\0"), ReceivedParameter(name: "c", value: "d=e"),
            ])
    }

    @Test("That are broken are refused with the reason")
    func thatAreBrokenAreRefused() {
        #expect(throws: FormDecoder.FormError.pairWithoutEquals) { try decode("a") }
        #expect(throws: FormDecoder.FormError.pairWithoutEquals) { try decode("a=1&&b=2") }
        for text in ["a=%", "a=%4", "a=%4g", "%zz=1"] {
            #expect(throws: FormDecoder.FormError.badEscape) { try decode(text) }
        }
        #expect(throws: FormDecoder.FormError.notUTF8) { try decode("a=%ff") }
        #expect(throws: FormDecoder.FormError.tooManyParameters(limit: 1000)) {
            try decode(String(repeating: "a=1&", count: 1000) + "a=1")
        }
    }
}
