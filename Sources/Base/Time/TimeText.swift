/// Builds the text of a time.
package struct TimeText {
    private var bytes: [UInt8] = []

    /// Makes an empty text.
    package init() {
        bytes.reserveCapacity(24)
    }

    /// The text so far.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends an ASCII character.
    package mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Appends a number of at most `digits` digits, with leading zeros.
    package mutating func append(_ number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends `yyyy-MM-dd` with a separator.
    package mutating func append(_ date: CivilDate, separator: UInt8) {
        append(min(max(date.year, 0), 9999), digits: 4)
        bytes.append(separator)
        append(date.month, digits: 2)
        bytes.append(separator)
        append(date.day, digits: 2)
    }

    /// Appends `HH:mm:ss`.
    package mutating func append(secondOfDay second: Int) {
        append(second / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second % 60, digits: 2)
    }
}
