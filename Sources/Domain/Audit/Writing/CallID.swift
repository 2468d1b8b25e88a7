import Bytes
import Crypto

/// The identity of a call: a UUIDv7 (RFC 9562), whose first 48 bits are the millisecond at which the relay received it.
package struct CallID: Sendable, Hashable {
    /// The first eight bytes: 48 bits of milliseconds, the version, 12 random bits.
    package let high: UInt64
    /// The last eight bytes: the variant and 62 random bits.
    package let low: UInt64

    /// Milliseconds since 1970-01-01T00:00:00Z; the `at` of every row of this call.
    package var epochMilliseconds: Int64 { Int64(high >> 16) }

    /// The sixteen bytes in network order.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The id as 36 characters in lower case.
    package var text: String { Hex.uuid(high: high, low: low) }

    /// A position between ids, for the bounds of a range. It is before every call of that millisecond, or (`isUpper`)
    /// after every call of the previous millisecond.
    static func beside(milliseconds: Int64, isUpper: Bool) -> CallID {
        let millisecond = UInt64(max(0, isUpper ? milliseconds - 1 : milliseconds))
        return isUpper
            ? CallID(high: millisecond << 16 | 0x7FFF, low: 0xBFFF_FFFF_FFFF_FFFF)
            : CallID(high: millisecond << 16 | 0x7000, low: 0x8000_0000_0000_0000)
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the 36-character form, in either case. Nil unless it is a UUID of version 7 (and of RFC 9562's variant).
    package init?(_ text: String) {
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (position, byte) in text.utf8.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard digits < 32, let value = Hex.value(of: byte).map(UInt64.init) else { return nil }
            if digits < 16 { halves.0 = halves.0 << 4 | value } else { halves.1 = halves.1 << 4 | value }
            digits += 1
        }
        guard digits == 32, text.utf8.count == 36, halves.0 >> 12 & 15 == 7, halves.1 >> 62 == 2 else {
            return nil
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Makes the id of a call.
    /// - Parameters:
    ///   - epochMilliseconds: when the call arrived, by the wall clock: 0 ..< 2^48.
    ///   - random: the source of the 74 random bits.
    package static func make(epochMilliseconds: Int64, using random: inout some RandomNumberGenerator) -> CallID {
        let stamp = UInt64(truncatingIfNeeded: epochMilliseconds) & 0xFFFF_FFFF_FFFF
        return CallID(
            high: stamp << 16 | 0x7000 | (random.next() as UInt64) & 0xFFF,
            low: 0x8000_0000_0000_0000 | (random.next() as UInt64) >> 2)
    }
}
