/// A word or a single mark of Swift code, with its place.
struct Token: Equatable {
    enum Kind: Hashable {
        case word(String)
        case mark(UInt8)
    }

    var kind: Kind
    /// From 1.
    var line: Int
    /// Where it begins and ends, in bytes of the code.
    var range: Range<Int>

    /// The tokens of code without comments and texts. Numbers count as words.
    static func tokens(of code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var start: Int?
        for (offset, byte) in code.enumerated() {
            if byte.isOfIdentifier {
                start = start ?? offset
                continue
            }
            if let first = start {
                tokens.append(word(code, first..<offset, line: line))
                start = nil
            }
            if byte == UInt8(ascii: "\n") {
                line += 1
            } else if byte > UInt8(ascii: " ") {
                tokens.append(Token(kind: .mark(byte), line: line, range: offset..<(offset + 1)))
            }
        }
        if let first = start { tokens.append(word(code, first..<code.count, line: line)) }
        return tokens
    }

    private static func word(_ code: [UInt8], _ range: Range<Int>, line: Int) -> Token {
        Token(kind: .word(String(decoding: code[range], as: UTF8.self)), line: line, range: range)
    }

    func isMark(_ mark: Unicode.Scalar) -> Bool { kind == .mark(UInt8(ascii: mark)) }
}

extension UInt8 {
    /// Whether the byte can stand in a Swift identifier. Bytes over 127 are taken for letters.
    var isOfIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
            true
        default:
            false
        }
    }
}
