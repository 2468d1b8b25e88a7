import CLibcrypto

/// Comparison whose time does not tell where two values differ.
public enum ConstantTime {
    /// Whether both are the same bytes. Values of different length are told apart at once: lengths are no secret.
    public static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }
}
