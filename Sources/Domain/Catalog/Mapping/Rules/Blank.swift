/// White space as TOP's own clients define it. They drop parameters that have nothing else.
package enum Blank {
    /// Whether a byte is white space.
    package static func contains(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
    }
}

extension Blank {
    /// The text without outer white space, including no-break and ideographic spaces.
    package static func trimmed(_ text: String) -> String {
        var bytes = Substring(text).utf8
        while let count = leading(bytes) { bytes = bytes.dropFirst(count) }
        while let last = bytes.last {
            if contains(last) {
                bytes = bytes.dropLast()
            } else if bytes.count >= 2, Array(bytes.suffix(2)) == [0xC2, 0xA0] {
                bytes = bytes.dropLast(2)
            } else if bytes.count >= 3, Array(bytes.suffix(3)) == [0xE3, 0x80, 0x80] {
                bytes = bytes.dropLast(3)
            } else {
                break
            }
        }
        return String(Substring(bytes))
    }

    private static func leading(_ bytes: Substring.UTF8View) -> Int? {
        guard let first = bytes.first else { return nil }
        if contains(first) { return 1 }
        if first == 0xC2, bytes.starts(with: [0xC2, 0xA0]) { return 2 }
        if first == 0xE3, bytes.starts(with: [0xE3, 0x80, 0x80]) { return 3 }
        return nil
    }
}
