/// Random numbers fit for ids that nobody can guess, drawn from `SecureRandom` some hundred bytes at a time: the system's generator asks the kernel for each
/// number.
package struct SecureGenerator: RandomNumberGenerator, Sendable {
    private static let drawnAtOnce = 512

    private var bytes: [UInt8] = []
    private var place = 0

    /// A generator that has drawn nothing yet.
    package init() {}

    /// Eight bytes that were given to nobody.
    package mutating func next() -> UInt64 {
        if place + 8 > bytes.count {
            bytes = SecureRandom.bytes(Self.drawnAtOnce)
            place = 0
        }
        var number: UInt64 = 0
        for offset in 0..<8 {
            number = number << 8 | UInt64(bytes[place + offset])
            // What was given is not kept.
            bytes[place + offset] = 0
        }
        place += 8
        return number
    }
}
