import TestSupport
import Testing

@testable import Bytes

@Suite("Writing bytes in an encoding")
struct ByteEncodingTests {
    private static let hostile = ByteEncoding { byte in
        byte % 3 == 0 ? [byte] : Array(repeating: byte, count: Int(byte % 8))
    }
    private static let quoting = ByteEncoding { byte in
        switch byte {
        case 0..<0x20: Array("\\u00".utf8) + [byte, byte]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        default: [byte]
        }
    }

    private func plainly(_ text: [UInt8], _ written: (UInt8) -> [UInt8]) -> [UInt8] { text.flatMap(written) }

    @Test("Any bytes come out as if each were written by itself", arguments: 0..<400)
    func anyBytesComeOut(round: Int) {
        var random = Seeded(seed: UInt64(round))
        let text = random.bytes(count: round < 300 ? round % 70 : round * 11)
        var bytes: [UInt8] = [1, 2, 3]
        Self.hostile.append(text.span, to: &bytes)
        #expect(
            bytes == [1, 2, 3]
                + plainly(text) { $0 % 3 == 0 ? [$0] : Array(repeating: $0, count: Int($0 % 8)) })
        bytes = []
        Self.quoting.append(text.span, to: &bytes)
        #expect(
            bytes
                == plainly(text) {
                    $0 < 0x20
                        ? Array("\\u00".utf8) + [$0, $0] : $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0]
                })
    }

    @Test("A text that is all escapes gets the room it needs")
    func allEscapes() {
        for count in [1, 7, 8, 9, 255, 256, 257, 5000] {
            var bytes: [UInt8] = []
            Self.quoting.append(Array(repeating: UInt8(0), count: count).span, to: &bytes)
            #expect(bytes.count == 6 * count)
            #expect(bytes.allSatisfy { $0 == 0 || Array("\\u0".utf8).contains($0) })
        }
    }

    @Test("A text goes into the room made for it, and its length is known before")
    func textGoesIntoRoom() {
        for text in ["", "a", "ten bytes.", "\"\u{1}\\", "浙A8B7Y1 is a number", String(repeating: "\u{0}", count: 99)] {
            let length = Self.quoting.length(of: text.utf8.span)
            let bytes = [UInt8](capacity: length + ByteEncoding.room) { Self.quoting.append(text.utf8.span, to: &$0) }
            var expected: [UInt8] = []
            Self.quoting.append(Array(text.utf8).span, to: &expected)
            #expect(bytes == expected)
            #expect(length == expected.count)
        }
    }

    @Test("Where room ends, writing stops between two bytes")
    func noRoom() {
        let text = Array("abcdefghijklmnopqrstuvwxyz\"0123456789".utf8)
        for room in 0..<64 {
            var end = -1
            let bytes = [UInt8](capacity: room) { end = Self.quoting.append(text.span, from: 0, to: &$0) }
            #expect(bytes == plainly(Array(text[..<end])) { $0 == 0x22 ? [0x5C, $0] : [$0] })
        }
    }
}
