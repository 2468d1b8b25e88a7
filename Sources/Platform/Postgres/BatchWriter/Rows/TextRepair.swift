/// Makes text storable. PostgreSQL accepts valid UTF-8 without NUL and refuses the whole row otherwise.
enum TextRepair {
    /// True if PostgreSQL accepts these bytes unchanged. ASCII is checked eight bytes at a time.
    static func isStorable(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = 0
        while place < utf8.count {
            place = endOfPlainASCII(utf8, from: place)
            guard place < utf8.count else { return true }
            let length = sequenceLength(utf8, at: place)
            guard length > 0 else { return false }
            place += length
        }
        return true
    }

    /// Appends the bytes. Each NUL and each byte outside a valid sequence becomes U+FFFD.
    static func append(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + utf8.count + 16)
        var place = 0
        while place < utf8.count {
            let length = sequenceLength(utf8, at: place)
            if length > 0 {
                bytes.append(contentsOf: utf8[place..<(place + length)])
                place += length
            } else {
                bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
                place += 1
            }
        }
    }

    /// An index at or at most seven plain bytes before the first byte that is NUL or not ASCII.
    private static func endOfPlainASCII(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let raw = UnsafeRawBufferPointer(utf8)
        var place = start
        while place + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            // The high bit marks bytes that are not ASCII, and bytes that borrow in the subtraction, as zero does.
            let suspicious = (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080
            guard suspicious == 0 else { break }
            place += 8
        }
        return place
    }

    /// The length of the valid UTF-8 sequence at an index (Unicode, table 3-7). NUL and invalid bytes give 0.
    private static func sequenceLength(_ utf8: UnsafeBufferPointer<UInt8>, at place: Int) -> Int {
        let lead = utf8[place]
        switch lead {
        case 0x01...0x7F: return 1
        case 0xC2...0xDF: return continues(utf8, place, count: 1, second: 0x80...0xBF) ? 2 : 0
        case 0xE0: return continues(utf8, place, count: 2, second: 0xA0...0xBF) ? 3 : 0
        case 0xED: return continues(utf8, place, count: 2, second: 0x80...0x9F) ? 3 : 0
        case 0xE1...0xEF: return continues(utf8, place, count: 2, second: 0x80...0xBF) ? 3 : 0
        case 0xF0: return continues(utf8, place, count: 3, second: 0x90...0xBF) ? 4 : 0
        case 0xF4: return continues(utf8, place, count: 3, second: 0x80...0x8F) ? 4 : 0
        case 0xF1...0xF3: return continues(utf8, place, count: 3, second: 0x80...0xBF) ? 4 : 0
        default: return 0
        }
    }

    private static func continues(
        _ utf8: UnsafeBufferPointer<UInt8>, _ place: Int, count: Int, second: ClosedRange<UInt8>
    ) -> Bool {
        guard place + count < utf8.count, second.contains(utf8[place + 1]) else { return false }
        for offset in 2..<(count + 1) where !(0x80...0xBF).contains(utf8[place + offset]) { return false }
        return true
    }
}
