/// HMAC (RFC 2104) over one of the sandbox's own digests.
enum HMAC<Hash: HashFunction> {
    static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > Hash.blockBytes ? Hash.hash(key) : key
        block += [UInt8](repeating: 0, count: Hash.blockBytes - block.count)
        let inner = Hash.hash(block.map { $0 ^ 0x36 } + message)
        return Hash.hash(block.map { $0 ^ 0x5c } + inner)
    }
}
