import Foundation
import JSON
import TestSupport
import Testing

@Suite("Properties, over random texts")
struct PropertyTests {
    static func written(_ document: JSONDocument) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(document.root)
        return writer.bytes
    }

    @Test("What is written can be parsed, and is then written the same", arguments: 1...4)
    func roundTrip(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<100 {
            let first = Self.written(try JSONDocument(random.text()))
            #expect(Self.written(try JSONDocument(first)) == first)
        }
    }

    @Test("No mutation of a text crashes, and what tolerant takes is well-formed when written", arguments: 11...14)
    func noMutationOfText(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<400 {
            let text = random.mutated(random.text())
            let strict = try? JSONDocument(text)
            let tolerant = try? JSONDocument(text, options: .tolerant)
            if strict != nil { #expect(tolerant != nil, "tolerant refused \(text)") }
            guard let tolerant else { continue }
            #expect(throws: Never.self) { try JSONDocument(Self.written(tolerant)) }
        }
    }

    @Test("An offset is always within the text")
    func offsetIsAlwaysWithin() {
        var random = RandomJSON(seed: 21)
        for _ in 0..<1000 {
            let text = random.mutated(random.text())
            if case .failure(let error) = Result(catching: { () throws(JSONError) in try JSONDocument(text) }) {
                #expect((0...text.count).contains(error.offset))
            }
        }
    }

    /// Reads lines of `SOURCE HEX` or `SOURCE HEX` + what Swift wrote, and prints each on which Python disagrees.
    static let judge = #"""
        import json, sys
        def pairs(items):
            if len({name for name, _ in items}) != len(items): raise ValueError("duplicate")
            return dict(items)
        def constant(word): raise ValueError(word)
        def read(data):
            value = json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant,
                               parse_int=lambda t: ("number", t), parse_float=lambda t: ("number", t))
            json.dumps(value, ensure_ascii=False).encode("utf-8")
            return value
        judged = 0
        for line in sys.stdin.read().splitlines():
            source, ours = (bytes.fromhex(part) for part in line.split("|"))
            try: theirs = read(source)
            except ValueError: theirs = None; refused = True
            else: refused = False
            if refused != (ours == b""): print("taken or refused:", line)
            elif not refused and read(ours) != theirs: print("read differently:", line)
            judged += 1
        print("judged", judged)
        """#

    @Test("Python takes, refuses and reads the same texts the same way")
    func pythonTakes() async throws {
        var random = RandomJSON(seed: 31)
        var lines: [String] = []
        var taken = 0
        for _ in 0..<3000 {
            let source = random.mutated(random.text())
            let ours = (try? JSONDocument(source)).map(Self.written) ?? []
            if !ours.isEmpty { taken += 1 }
            lines.append([source, ours].map(Self.hexadecimal).joined(separator: "|"))
        }
        let verdict = try await Command.succeed(["python3", "-c", Self.judge], input: lines.joined(separator: "\n"))
        #expect(verdict == "judged 3000")
        #expect((300...2700).contains(taken), "\(taken) taken: too one-sided to say much")
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
