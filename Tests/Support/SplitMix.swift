/// A random source that gives the same again.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Bytes among which those that mean something in JSON and in URLs are frequent.
    package mutating func bytes(count: Int) -> [UInt8] {
        let frequent = Array("\"\\%19 \n\u{0}\u{1F}".utf8) + [0x7F, 0x80, 0xE6, 0xFF]
        return (0..<count).map { _ in
            UInt8.random(in: 0..<4, using: &self) == 0
                ? frequent[Int.random(in: 0..<frequent.count, using: &self)] : UInt8.random(in: 0...255, using: &self)
        }
    }
}
