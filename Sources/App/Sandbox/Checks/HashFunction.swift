/// A digest of whole messages with blocks of 64 bytes.
protocol HashFunction {
    /// The size of a block in bytes.
    static var blockBytes: Int { get }
    /// The digest of the message.
    static func hash(_ message: [UInt8]) -> [UInt8]
}

/// The padding of MD5 and SHA-256: a one bit, zeros, and the length in bits as eight bytes.
enum Padding {
    static func padded(_ message: [UInt8], lengthIsBigEndian: Bool) -> [UInt8] {
        var padded = message
        padded.reserveCapacity(message.count + 72)
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) &* 8
        for index in 0..<8 {
            let shift = UInt64(lengthIsBigEndian ? 56 - 8 * index : 8 * index)
            padded.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        return padded
    }
}

/// HMAC (RFC 2104) with one of the sandbox's own digests.
enum HMAC<Hash: HashFunction> {
    static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > Hash.blockBytes ? Hash.hash(key) : key
        block += [UInt8](repeating: 0, count: Hash.blockBytes - block.count)
        let inner = Hash.hash(block.map { $0 ^ 0x36 } + message)
        return Hash.hash(block.map { $0 ^ 0x5c } + inner)
    }
}
