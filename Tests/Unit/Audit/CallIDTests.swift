import Audit
import TestSupport
import Testing

@Suite struct CallIDTests {
    @Test("An id has the bits of RFC 9562's version 7, and the millisecond that it was made for")
    func idHasBitsOfRFC() {
        var random = Seeded(seed: 7)
        for milliseconds: Int64 in [0, 1, 1_700_000_000_123, 0xFFFF_FFFF_FFFF] {
            let bytes = CallID.make(epochMilliseconds: milliseconds, using: &random).bytes
            #expect(bytes.count == 16)
            #expect(bytes[6] >> 4 == 7)
            #expect(bytes[8] >> 6 == 0b10)
            #expect(bytes[..<6].reduce(Int64(0)) { $0 << 8 | Int64($1) } == milliseconds)
        }
    }

    @Test("The RFC's own example is read, with its time")
    func exampleOfTheRFC() throws {
        // RFC 9562, A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
        let id = try #require(CallID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
        #expect(id.epochMilliseconds == 1_645_557_742_000)
        #expect(id.text == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(id.bytes[15] == 0x8F)
    }

    @Test("The 74 random bits are all used, and no two ids are the same")
    func randomness74RandomBits() {
        var random = Seeded(seed: 1)
        let ids = (0..<1000).map { _ in CallID.make(epochMilliseconds: 1, using: &random) }
        #expect(Set(ids).count == 1000)
        let ones = ids.reduce((high: UInt64(0), low: UInt64(0))) { ($0.high | $1.high, $0.low | $1.low) }
        let zeros = ids.reduce((high: UInt64.max, low: UInt64.max)) { ($0.high & $1.high, $0.low & $1.low) }
        #expect(ones.high & 0xFFF == 0xFFF && zeros.high & 0xFFF == 0)
        #expect(ones.low == 0xBFFF_FFFF_FFFF_FFFF && zeros.low == 0x8000_0000_0000_0000)
    }

    @Test("Text goes there and back, in either case")
    func textGoesThereAndBack() {
        var random = Seeded(seed: 2)
        for _ in 0..<500 {
            let id = CallID.make(epochMilliseconds: Int64.random(in: 0..<(1 << 48), using: &random), using: &random)
            #expect(CallID(id.text) == id)
            #expect(CallID(id.text.uppercased()) == id)
            #expect(id.text == id.text.lowercased())
        }
    }

    @Test("Ids sort by their time, as numbers and as texts")
    func idsSortByTheirTime() {
        var random = Seeded(seed: 3)
        var milliseconds: Int64 = 1_700_000_000_000
        var last = CallID.make(epochMilliseconds: milliseconds, using: &random)
        for _ in 0..<500 {
            milliseconds += Int64.random(in: 1...100_000, using: &random)
            let next = CallID.make(epochMilliseconds: milliseconds, using: &random)
            #expect(last.high < next.high)
            #expect(last.text < next.text)
            last = next
        }
    }

    @Test(
        "What is no id of version 7 is refused",
        arguments: [
            "", "x", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
            "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-0cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
            "{017f22e2-79b0-7cc3-98c4-dc0c0c07398}", " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017f22e279b0--7cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398é", "00000000-0000-0000-0000-000000000000",
            "017f22e2-79b0-7cc3-18c4-dc0c0c07398f", "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f",
        ])
    func whatIsNoId(_ text: String) {
        #expect(CallID(text) == nil)
    }
}
