import Bytes
import Crypto
import Testing

@Suite("Hexadecimal and base64")
struct EncodingTests {
    @Test("Hexadecimal, both ways")
    func hexadecimalBothWays() {
        #expect(Hex.upper([0x00, 0x0F, 0xAB, 0xFF]) == "000FABFF")
        #expect(Hex.lower([0x00, 0x0F, 0xAB, 0xFF]) == "000fabff")
        #expect(Hex.upper([]).isEmpty)
        #expect(Hex.decode("000fABff") == [0x00, 0x0F, 0xAB, 0xFF])
        #expect(Hex.decode("") == [])
        for bad in ["0", "0g", "0x00", " 00", "００"] { #expect(Hex.decode(bad) == nil, "\(bad)") }
    }

    static let known = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("A UUID is its bytes in lower-case hexadecimal, in five groups")
    func uuidIsItsBytes() {
        #expect(
            Hex.uuid(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210) == "01234567-89ab-cdef-fedc-ba9876543210")
        for _ in 0..<1000 {
            let halves = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))
            let text = Hex.uuid(high: halves.0, low: halves.1)
            #expect(text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
            #expect(
                Hex.decode(String(text.filter { $0 != "-" }))?.reduce((UInt64(0), UInt64(0))) { sum, byte in
                    (sum.0 << 8 | sum.1 >> 56, sum.1 << 8 | UInt64(byte))
                } ?? (0, 0) == halves)
        }
    }

    @Test("Base64 as RFC 4648 has it", arguments: known)
    func base64(_ plain: String, _ text: String) {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        #expect(Base64.urlSafe(bytes) == text.filter { $0 != "=" })
    }

    @Test("The two alphabets differ in two characters")
    func twoAlphabetsDifferInTwoCharacters() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.urlSafe([0xFB, 0xFF]) == "-_8")
        #expect(Base64.decode("-_8=") == nil)
    }

    @Test("Every byte survives base64")
    func everyByte() {
        let bytes = (0..<3).flatMap { shift in [UInt8](0...255) + [UInt8](repeating: 0, count: shift) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test(
        "What is not strictly base64 is refused",
        arguments: [
            "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9v", "Z===", "Zg==Zg==",
            "Zm9v====",
            "Zm9é",
        ])
    func whatIsNotStrictly(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
