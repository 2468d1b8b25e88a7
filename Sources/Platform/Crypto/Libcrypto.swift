import CLibcrypto

/// The algorithms of libcrypto. Each is fetched once and kept for the life of the process.
///
/// OpenSSL 3 looks up an algorithm on every use unless it was fetched. The look-up costs more than a digest of a
/// request.
enum Libcrypto {
    static let md5 = fetchDigest("MD5")
    static let sha256 = fetchDigest("SHA2-256")
    static let hmac = fetch("HMAC") { EVP_MAC_fetch(nil, $0, nil) }
    static let aes256GCM = fetch("AES-256-GCM") { EVP_CIPHER_fetch(nil, $0, nil) }

    /// An algorithm that threads may share.
    struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    static func fetchDigest(_ name: String) -> Result<Handle, CryptoError> {
        fetch(name) { EVP_MD_fetch(nil, $0, nil) }
    }

    private static func fetch(
        _ algorithm: String, _ body: (String) -> OpaquePointer?
    ) -> Result<Handle, CryptoError> {
        guard let pointer = body(algorithm) else {
            return .failure(.unavailable(algorithm: algorithm, detail: drainErrors()))
        }
        return .success(Handle(pointer: pointer))
    }

    /// The bytes that `body` writes, if it returns 1; otherwise nil. The space is on the stack, because an array with
    /// more capacity than content costs several times as much.
    static func digest(of count: Int, _ body: (UnsafeMutablePointer<UInt8>?) -> Int32) -> [UInt8]? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(toprelay_max_digest)) { room in
            guard body(room.baseAddress) == 1 else { return nil }
            return Array(UnsafeBufferPointer(rebasing: room[..<count]))
        }
    }

    /// Drains this thread's error queue into a text.
    static func drainErrors() -> String {
        var text = [CChar](repeating: 0, count: 512)
        toprelay_crypto_error(&text, text.count)
        let end = text.firstIndex(of: 0) ?? text.count
        return String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func failure(to operation: String) -> CryptoError {
        .failed(operation: operation, detail: drainErrors())
    }
}
