import Testing

@testable import Crypto

@Suite("Sealing many values")
struct SealerTests {
    static let associated = Array("audit.sealed/sealed/1".utf8)
    let key: SealingKey

    init() throws {
        key = try SealingKey(bytes: Array(0..<32))
    }

    private func sealed(_ plain: [UInt8], by sealer: Sealer, _ associated: [UInt8] = associated) throws -> [UInt8] {
        var value = [UInt8](repeating: 0xAA, count: Sealer.headBytes) + plain
        try sealer.seal(&value, associated: associated)
        return value
    }

    @Test("What was sealed opens under the key, whichever sealer did it", arguments: [0, 1, 15, 16, 17, 100_000])
    func roundTrip(_ count: Int) throws {
        let (one, two) = (try key.sealer(), try key.sealer())
        for number in 0..<3 {
            let plain = SecureRandom.bytes(count)
            for sealer in [one, two] {
                let value = try sealed(plain, by: sealer, Self.associated + [UInt8(number)])
                #expect(value.count == count + Sealer.overheadBytes && value[0] == 2)
                #expect(try key.open(value, associated: Self.associated + [UInt8(number)]) == plain)
            }
        }
    }

    @Test("No two values share key and nonce: salt and counter never come together again")
    func noTwoValuesShare() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<20 {
            let sealer = try key.sealer()
            for _ in 0..<50 {
                let value = try sealed([1, 2, 3], by: sealer)
                #expect(seen.insert(Array(value[..<Sealer.headBytes])).inserted)
            }
        }
        #expect(Set(seen.map { $0[5..<21] }).count == 20)
    }

    @Test("What was sealed says nothing of the plain text, not even that two are alike")
    func whatWasSealedSays() throws {
        let sealer = try key.sealer()
        let plain = Array("13812345678".utf8)
        let (one, two) = (try sealed(plain, by: sealer), try sealed(plain, by: sealer))
        #expect(one[Sealer.headBytes...] != two[Sealer.headBytes...])
        #expect(!one.indices.contains { one[$0...].starts(with: plain) })
    }

    @Test("A change of any byte, other associated data and a cut are noticed")
    func changeOfAnyByte() throws {
        let value = try sealed(Array("full request".utf8), by: try key.sealer())
        for place in value.indices {
            var changed = value
            changed[place] ^= 0x40
            #expect(throws: CryptoError.self, "byte \(place)") { try key.open(changed, associated: Self.associated) }
        }
        #expect(throws: CryptoError.notAuthentic) {
            try key.open(value, associated: Array("audit.sealed/sealed/2".utf8))
        }
        for count in 0..<value.count {
            #expect(throws: CryptoError.self) { try key.open(Array(value[..<count]), associated: Self.associated) }
        }
    }

    @Test("Another key says that it is another key, by ids")
    func otherKey() throws {
        let other = try SealingKey(bytes: Array(1...32))
        let value = try sealed([7], by: try key.sealer())
        #expect(throws: CryptoError.otherKey(sealedUnder: key.id, given: other.id)) {
            try other.open(value, associated: Self.associated)
        }
    }

    @Test("A value without room for its head is refused")
    func noRoom() throws {
        let sealer = try key.sealer()
        var value: [UInt8] = [1, 2, 3]
        #expect(throws: CryptoError.self) { try sealer.seal(&value, associated: []) }
    }
}
