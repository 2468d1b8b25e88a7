import CLibcrypto

/// Seals many values under one `SealingKey` cheaply. The cipher is prepared once, and no random bytes are drawn for
/// each value.
///
/// Each sealer has its own key, derived from the sealing key and a random salt by HMAC-SHA256, and counts its nonces.
/// Two values never share both, however many are sealed. `SealingKey.open` opens them.
///
/// It must be used by one thread at a time.
package final class Sealer {
    /// The number of bytes that a value needs before it.
    package static let headBytes = SealedForm.headCount + SealedForm.counterCount
    /// The difference in size between a sealed value and its plain text, in bytes.
    package static let overheadBytes = headBytes + SealedForm.tagCount

    /// The id of the sealing key.
    package let keyID: UInt32
    /// The version, the id of the key and the salt.
    private let head: [UInt8]
    private var nonce = [UInt8](repeating: 0, count: SealedForm.nonceCount)
    private var counter: UInt64 = 0
    // Owned: init makes it, deinit frees it.
    private let context: OpaquePointer

    init(keyID: UInt32, head: [UInt8], key: [UInt8]) throws(CryptoError) {
        self.keyID = keyID
        self.head = head
        guard let context = toprelay_gcm_new(try Libcrypto.aes256GCM.get().pointer, key) else {
            throw Libcrypto.failure(to: "set up a key for sealing")
        }
        self.context = context
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Seals the bytes after the first `headBytes` bytes in place, fills in these, and appends the tag.
    /// - Parameter associated: the data that the value is bound to. It is not stored.
    package func seal(_ value: inout [UInt8], associated: [UInt8]) throws(CryptoError) {
        let count = value.count - Self.headBytes
        guard count >= 0, counter < .max else {
            throw CryptoError.failed(operation: "seal a value", detail: "no space for its head")
        }
        counter += 1
        let counter = counter.bigEndian
        nonce.withUnsafeMutableBytes { $0.storeBytes(of: counter, toByteOffset: 4, as: UInt64.self) }
        for _ in 0..<SealedForm.tagCount { value.append(0) }
        let done = value.withUnsafeMutableBytes { bytes in
            bytes.copyBytes(from: head)
            bytes.storeBytes(of: counter, toByteOffset: head.count, as: UInt64.self)
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return Int32(0) }
            let start = base + Self.headBytes
            return toprelay_gcm_seal_in_place(
                context, nonce, head, head.count, associated, associated.count, start, count, start + count)
        }
        guard done == 1 else { throw Libcrypto.failure(to: "seal a value") }
    }
}

extension SealingKey {
    /// Makes a sealer with its own salt.
    package func sealer() throws(CryptoError) -> Sealer {
        let head = Self.header(version: SealedForm.version, of: id) + SecureRandom.bytes(SealedForm.saltCount)
        return try Sealer(keyID: id, head: head, key: derivedKey(head: head[...]))
    }

    /// Opens a value that a sealer of this key sealed. The caller has checked the id.
    func openSalted(_ blob: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard blob.count >= Sealer.overheadBytes else {
            throw CryptoError.unreadableBlob(
                detail: "\(blob.count) bytes instead of at least \(Sealer.overheadBytes)")
        }
        let head = blob[..<SealedForm.headCount]
        let nonce = [UInt8](repeating: 0, count: 4) + blob[SealedForm.headCount..<Sealer.headBytes]
        let tag = blob.count - SealedForm.tagCount
        return try GCM.open(
            Array(blob[Sealer.headBytes..<tag]), tag: Array(blob[tag...]), key: derivedKey(head: head), nonce: nonce,
            header: Array(head), associated: associated)
    }

    private func derivedKey(head: ArraySlice<UInt8>) throws(CryptoError) -> [UInt8] {
        try derived(Array("toprelay sealer".utf8) + head)
    }
}

/// The format of a sealer's values: a version byte, the key's id (4 bytes), a salt (16), a counter (8), the ciphertext,
/// a tag (16).
enum SealedForm {
    static let version: UInt8 = 2
    static let saltCount = 16
    static let headCount = 5 + saltCount
    static let counterCount = 8
    static let nonceCount = 12
    static let tagCount = 16
}
