/// A time while it is being written.
struct TimeText {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(24)
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// A number of at most `digits` digits, with leading zeros.
    mutating func append(_ number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    mutating func append(_ date: CivilDate, separator: UInt8) {
        append(min(max(date.year, 0), 9999), digits: 4)
        bytes.append(separator)
        append(date.month, digits: 2)
        bytes.append(separator)
        append(date.day, digits: 2)
    }

    mutating func append(secondOfDay second: Int) {
        append(second / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second % 60, digits: 2)
    }
}
