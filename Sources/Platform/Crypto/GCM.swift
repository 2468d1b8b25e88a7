import CLibcrypto

/// AES-256-GCM with a nonce of 12 bytes and a tag of 16 bytes. The data that is authenticated but not encrypted has two
/// parts.
enum GCM {
    static func seal(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], header: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> (sealed: [UInt8], tag: [UInt8]) {
        let cipher = try Libcrypto.aes256GCM.get()
        var sealed = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: 16)
        let done = toprelay_gcm_seal(
            cipher.pointer, key, nonce, header, header.count, associated, associated.count, plain, plain.count,
            &sealed, &tag)
        guard done == 1 else { throw Libcrypto.failure(to: "seal a value") }
        return (sealed, tag)
    }

    /// Decrypts a value.
    /// - Throws: `notAuthentic` if the tag does not match.
    static func open(
        _ sealed: [UInt8], tag: [UInt8], key: [UInt8], nonce: [UInt8], header: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let cipher = try Libcrypto.aes256GCM.get()
        var plain = [UInt8](repeating: 0, count: sealed.count)
        let result = toprelay_gcm_open(
            cipher.pointer, key, nonce, header, header.count, associated, associated.count, sealed, sealed.count, tag,
            &plain)
        guard result != -1 else { throw CryptoError.notAuthentic }
        guard result == 1 else { throw Libcrypto.failure(to: "open a sealed value") }
        return plain
    }
}
