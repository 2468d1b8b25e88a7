/// Random numbers for ids that cannot be guessed. It draws 512 bytes at a time from `SecureRandom`. The system's
/// generator would ask the kernel for each number.
package struct SecureGenerator: RandomNumberGenerator, Sendable {
    private static let drawnAtOnce = 512

    private var bytes: [UInt8] = []
    private var place = 0

    /// Makes a generator that has not drawn any bytes.
    package init() {}

    /// Eight bytes that were not returned before.
    package mutating func next() -> UInt64 {
        if place + 8 > bytes.count {
            bytes = SecureRandom.bytes(Self.drawnAtOnce)
            place = 0
        }
        var number: UInt64 = 0
        for offset in 0..<8 {
            number = number << 8 | UInt64(bytes[place + offset])
            // Bytes that were returned are not kept.
            bytes[place + offset] = 0
        }
        place += 8
        return number
    }
}
