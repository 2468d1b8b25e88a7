import Bytes
import Testing

@testable import Crypto

@Suite("Rings of keys")
struct KeyRingTests {
    private static func text(_ byte: UInt8) -> String { Base64.encode([UInt8](repeating: byte, count: 32)) }
    private let associated = Array("table/column/row".utf8)

    @Test("The first key seals, and every key opens", arguments: [" ", "\n", "\r\n", " \t\n "])
    func firstKeySeals(_ separator: String) throws {
        let (old, new) = (try KeyRing(base64: Self.text(1)), try KeyRing(base64: Self.text(2)))
        let ring = try KeyRing(base64: Self.text(2) + separator + Self.text(1) + separator)
        #expect(ring.keys.map(\.id) == [new.newest.id, old.newest.id])
        let blob = try ring.seal([7], associated: associated)
        #expect(SealingKey.idOfSealer(of: blob) == new.newest.id)
        #expect(try new.open(blob, associated: associated) == [7])
        #expect(try ring.open(try old.seal([8], associated: associated), associated: associated) == [8])
        var value = [UInt8](repeating: 0, count: Sealer.headBytes) + [9]
        try old.sealer().seal(&value, associated: associated)
        #expect(try ring.open(value, associated: associated) == [9])
        #expect(throws: CryptoError.otherKey(sealedUnder: new.newest.id, given: old.newest.id)) {
            try old.open(blob, associated: associated)
        }
    }

    @Test("A value that no key of the ring sealed is told by the ids, and a changed one as such")
    func foreignValues() throws {
        let ring = try KeyRing(base64: "\(Self.text(1)) \(Self.text(2))")
        let foreign = try KeyRing(base64: Self.text(3))
        let blob = try foreign.seal([7], associated: associated)
        #expect(throws: CryptoError.otherKey(sealedUnder: foreign.newest.id, given: ring.newest.id)) {
            try ring.open(blob, associated: associated)
        }
        var changed = try ring.seal([7], associated: associated)
        changed[changed.count - 1] ^= 1
        #expect(throws: CryptoError.notAuthentic) { try ring.open(changed, associated: associated) }
        #expect(throws: CryptoError.self) { try ring.open([1, 2], associated: associated) }
    }

    @Test("No key, a key twice, too many keys and texts that are no keys are refused, and not shown")
    func refusedTexts() throws {
        let nine = (1...9).map { Self.text($0) }.joined(separator: " ")
        let eight = (1...8).map { Self.text($0) }.joined(separator: "\n")
        #expect(try KeyRing(base64: eight).keys.count == KeyRing.maximumKeys)
        for text in ["", " \n", "\(Self.text(1)) \(Self.text(1))", nine, "\(Self.text(1)),\(Self.text(2))", "canary"] {
            do {
                _ = try KeyRing(base64: text)
                Issue.record("an error is expected: \(text)")
            } catch {
                #expect("\(error)".contains("44 characters"))
                #expect(!"\(error)".contains("canary") && !"\(error)".contains(Self.text(1)))
            }
        }
    }

    @Test("A ring shows only the ids of its keys")
    func showsOnlyIDs() throws {
        let ring = try KeyRing(base64: "\(Self.text(1)) \(Self.text(2))")
        var shown = "\(ring) \(String(reflecting: ring))"
        dump(ring, to: &shown)
        for byte: UInt8 in [1, 2] {
            #expect(!shown.contains(Self.text(byte)) && !shown.contains("\(byte), \(byte), \(byte)"))
        }
        #expect(shown.contains("\(ring.newest.id)"))
    }
}
