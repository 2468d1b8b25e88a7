import CLibcrypto

/// Comparison in constant time: the time does not show where two values differ.
package enum ConstantTime {
    /// Whether both have the same bytes. The length is not secret: values of different length are unequal at once.
    package static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        equal(one, other[...])
    }

    /// Whether an array has the same bytes as a part of a longer array.
    package static func equal(_ one: [UInt8], _ other: ArraySlice<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        return other.withUnsafeBufferPointer { CRYPTO_memcmp(one, $0.baseAddress, one.count) == 0 }
    }
}
