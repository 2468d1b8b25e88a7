import CLibcrypto

/// Comparison whose time does not tell where two values differ.
package enum ConstantTime {
    /// Whether both are the same bytes. Values of different length are told apart at once: lengths are no secret.
    package static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        equal(one, other[...])
    }

    /// The same, for bytes that are part of a longer array.
    package static func equal(_ one: [UInt8], _ other: ArraySlice<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        return other.withUnsafeBufferPointer { CRYPTO_memcmp(one, $0.baseAddress, one.count) == 0 }
    }
}
