import TestSupport
import Testing

@testable import Bytes

@Suite("Looking through bytes")
struct ScanningTests {
    private func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C }

    private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    @Test("Each byte ends plain text, or does not, at each place of a word")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var text = Array(repeating: UInt8(ascii: "~"), count: 20)
                text[place] = byte
                #expect(text.endOfPlainText(from: 0) == (isPlain(byte) ? 20 : place))
                #expect(text.firstControl(from: 0, to: 20) == (isControl(byte) ? place : 20))
            }
        }
    }

    @Test("Scans find what a slow look finds", arguments: 0..<300)
    func scansFindWhatSlow(round: Int) {
        var random = Seeded(seed: UInt64(round) | 1 << 40)
        let text = random.bytes(count: round % 60)
        let set = ByteSet(random.bytes(count: round % 5))
        let other = ByteSet(random.bytes(count: 3))
        for start in 0...text.count {
            let rest = text[start...]
            #expect(text.endOfPlainText(from: start) == rest.firstIndex { !isPlain($0) } ?? text.count)
            #expect(text.firstPlace(of: set, from: start) == rest.firstIndex(where: set.contains) ?? text.count)
            let end = Int.random(in: start...text.count, using: &random)
            let both = set.union(other)
            #expect(
                text.firstPlace(of: both, from: start, to: end)
                    == text[start..<end].firstIndex { set.contains($0) || other.contains($0) } ?? end)
            #expect(text.firstControl(from: start, to: end) == text[start..<end].firstIndex(where: isControl) ?? end)
        }
    }

    @Test("A set holds what was put in and nothing else")
    func setHoldsWhatWasPut() {
        for byte in UInt8.min...UInt8.max {
            let set = ByteSet([byte])
            #expect((UInt8.min...UInt8.max).filter(set.contains) == [byte])
        }
    }

    @Test("The case of ASCII letters is ignored, and of letters alone")
    func ignoringCase() {
        for byte in UInt8.min...UInt8.max {
            for other in UInt8.min...UInt8.max {
                let areLetters = byte | 0x20 == other | 0x20 && (0x61...0x7A).contains(byte | 0x20)
                #expect([byte, 0x61].equalsIgnoringCase([other, 0x41]) == (byte == other || areLetters))
            }
        }
        #expect(!Array("ab".utf8).equalsIgnoringCase(Array("a".utf8)))
    }

    @Test("Bytes are the same, and marked the same, only where each is", arguments: 0..<40)
    func sameBytesAreMarked(count: Int) {
        var random = Seeded(seed: UInt64(count))
        let text = random.bytes(count: count)
        #expect(text.isEqual(to: Array(text)))
        #expect(!text.isEqual(to: text + [0]))
        #expect(text.mark == Array(text).mark)
        for place in text.indices {
            var other = text
            other[place] ^= 1 << UInt8(place % 8)
            #expect(!text.isEqual(to: other))
        }
    }

    @Test("Texts are ordered as the words of their first bytes are", arguments: 0..<200)
    func textsAreOrderedAsWords(round: Int) {
        var random = Seeded(seed: UInt64(round) | 1 << 41)
        let one = random.bytes(count: Int.random(in: 0..<12, using: &random))
        let other = random.bytes(count: Int.random(in: 0..<12, using: &random))
        let padded = { (text: [UInt8]) in Array((text + Array(repeating: 0, count: 8)).prefix(8)) }
        #expect(
            (one.prefixWord < other.prefixWord) == padded(one).lexicographicallyPrecedes(padded(other)))
    }
}

@Suite("Copying runs of bytes")
struct AppendingTests {
    @Test("Runs and texts are appended whole")
    func runsAndTextsAreAppended() {
        var bytes: [UInt8] = []
        for text in ["", "a", "浙A8B7Y1", String(repeating: "long ", count: 50), "e\u{301}\u{0}"] {
            bytes.append(utf8: text)
            bytes.append(Array(text.utf8).span)
            #expect(bytes.suffix(2 * text.utf8.count).elementsEqual((text + text).utf8))
            let copy = text.withUTF8Span { String(wellFormed: $0) }
            #expect(copy.utf8.elementsEqual(text.utf8))
            let written = [UInt8](capacity: text.utf8.count) { $0.append(utf8: text) }
            #expect(written == Array(text.utf8))
        }
    }
}

/// The macros of tests take no spans.
extension [UInt8] {
    fileprivate func endOfPlainText(from start: Int) -> Int { span.endOfPlainText(from: start) }
    fileprivate func firstPlace(of set: ByteSet, from start: Int) -> Int { span.firstPlace(of: set, from: start) }
    fileprivate func firstPlace(of set: ByteSet, from start: Int, to end: Int) -> Int {
        span.firstPlace(of: set, from: start, to: end)
    }
    fileprivate func isEqual(to other: [UInt8]) -> Bool { span.isEqual(to: other.span) }
    fileprivate func firstControl(from start: Int, to end: Int) -> Int { span.firstControl(from: start, to: end) }
    fileprivate func equalsIgnoringCase(_ other: [UInt8]) -> Bool { span.equalsIgnoringCase(other.span) }
    fileprivate var mark: UInt64 { span.mark }
    fileprivate var prefixWord: UInt64 { span.prefixWord }
}
