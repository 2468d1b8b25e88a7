/// HMACs with a key that is used once. For repeated use, keep an `HMACKey`.
package enum HMAC {
    /// HMAC-MD5, 16 bytes.
    package static func md5(key: [UInt8], _ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        try HMACKey(.md5, key: key).authenticate(message)
    }

    /// HMAC-SHA256, 32 bytes.
    package static func sha256(key: [UInt8], _ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        try HMACKey(.sha256, key: key).authenticate(message)
    }
}
