import CLibcrypto

/// Random bytes for keys, nonces and tokens.
package enum SecureRandom {
    /// `count` bytes from libcrypto's generator. If it fails, they come from the kernel's.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        guard RAND_bytes(&bytes, Int32(clamping: bytes.count)) != 1 else { return bytes }
        _ = Libcrypto.drainErrors()
        var kernel = SystemRandomNumberGenerator()
        for index in bytes.indices { bytes[index] = kernel.next() }
        return bytes
    }
}
