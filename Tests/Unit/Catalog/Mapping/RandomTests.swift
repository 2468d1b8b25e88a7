import JSON
import Masking
import TOP
import TestSupport
import Testing

@testable import Catalog

/// Random input from seeded generators: the same in every run.
@Suite("Random input")
struct RandomTests {
    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    @Test("Mutated bodies are mapped to valid JSON or refused with faults, and never crash", arguments: Example.all)
    func mutatedBodiesAreMapped(method: String, example: String) throws {
        let entry = try entry(method)
        let pieces = ["\"", "{", "}", "[", "]", ",", ":", "null", "1e9", "\\u0000", "\\ud83d", "true", "\u{7F}", "x"]
            .map {
                Array($0.utf8)
            }
        var generator = Generator(state: 20_260_101)
        var (mapped, refused) = (0, 0)
        for _ in 0..<testInputs(3000) {
            var bytes = Array(example.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, place + Int.random(in: 0...3, using: &generator))
                bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &generator) ?? [])
            }
            guard let body = try? JSONDocument(bytes) else { continue }
            switch entry.map(body, idempotency: IdempotencyKey(derived: "k")) {
            case .mapped(let call):
                mapped += 1
                for parameter in call.parameters where parameter.value.hasPrefix("{\"") {
                    _ = try JSONDocument(parameter.value)
                }
                #expect(try JSONDocument(call.maskedRequest).root.members.map(\.name) == call.names)
            case .refused(let faults):
                refused += 1
                #expect(!faults.isEmpty)
                #expect(faults.allSatisfy { $0.pointer.isEmpty || $0.pointer.hasPrefix("/") })
            }
        }
        #expect(mapped > 0)
        #expect(refused > 0)
    }

    @Test("Mutated answers are read without a crash into valid JSON", arguments: Example.all)
    func mutatedAnswersAreRead(method: String, example: String) throws {
        let entry = try entry(method)
        let call = try mappedCall(method, example)
        let answer = entry.exampleResponse(requestID: "r")
        var generator = Generator(state: 7)
        var read = 0
        for _ in 0..<testInputs(3000) {
            var bytes = answer
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard case .response(let inner) = TOPResponse.read(bytes, method: method) else { continue }
            read += 1
            _ = try JSONDocument(entry.interpret(inner, of: call).result)
            _ = call.mask.masked(bytes)
        }
        #expect(read > 0)
    }

    @Test("No private value survives masking, whatever stands around it and however it is escaped")
    func noPrivateValueSurvives() {
        var generator = Generator(state: 42)
        let alphabet = Array("abc01234\\\"/浙😀\n u").map(String.init)
        func word(_ length: ClosedRange<Int>) -> String {
            let count = Int.random(in: length, using: &generator)
            return (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined()
        }
        for _ in 0..<2000 {
            let values = (0..<3).map { _ in word(3...12) + "z" }
            let mask = ValueMask(values.map { SensitiveValue(text: $0, masked: "#") })
            for value in values where value.unicodeScalars.filter({ $0 != "\\" }).count >= ValueMask.minimumCharacters {
                var writer = JSONWriter()
                writer.string("\u{1}" + value + "\u{1}")
                let quoted = String(decoding: writer.bytes, as: UTF8.self)
                var outer = JSONWriter()
                outer.string(quoted)
                #expect(mask.masked(quoted) == #""\u0001#\u0001""#, "\(value)")
                #expect(
                    mask.masked(String(decoding: outer.bytes, as: UTF8.self)) == #""\"\\u0001#\\u0001\"""#, "\(value)")
                #expect(mask.masked("|" + value + "|") == "|#|", "\(value)")
            }
        }
    }

    private func mappedCall(_ method: String, _ text: String) throws -> MappedCall {
        try mapped(method, text)
    }
}
