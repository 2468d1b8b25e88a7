internal import Bytes
internal import Glibc

/// A character set of a response other than UTF-8. The C library's `iconv` converts it.
struct Charset: Equatable {
    /// The name for `iconv`.
    let name: String

    /// The known sets by their names in a `Content-Type`. GB 18030 includes the older two.
    private static let names: [(declared: StaticString, converter: String)] = [
        ("gbk", "GB18030"), ("gb18030", "GB18030"), ("gb2312", "GB18030"), ("x-gbk", "GB18030"), ("cp936", "GB18030"),
        ("ms936", "GB18030"), ("big5", "BIG5"),
    ]

    /// The set that a `Content-Type` declares; nil for UTF-8, for an unknown set, and without a declaration.
    init?(declaredBy contentType: String) {
        guard let start = contentType.withUTF8Span(Self.startOfForeignCharset) else { return nil }
        let value = contentType.utf8.dropFirst(start).prefix { $0 != UInt8(ascii: ";") }.filter {
            $0 != UInt8(ascii: "\"") && $0 != 0x20 && $0 != 0x09
        }
        for known in Self.names
        where value.count == known.declared.utf8CodeUnitCount && Self.isPrefix(known.declared, of: value[...]) {
            name = known.converter
            return
        }
        return nil
    }

    /// Where the value of the parameter `charset` begins; nil without one, and for a value that begins like UTF-8,
    /// which is nearly always the case.
    private static func startOfForeignCharset(in text: Span<UInt8>) -> Int? {
        guard let start = "charset=".withUTF8Span({ Self.endOfParameter($0, in: text) }),
            start == text.count || text[start] | 0x20 != UInt8(ascii: "u")
        else { return nil }
        return start
    }

    /// Where the value of a parameter begins; nil without one. `name` ends with the equals sign.
    private static func endOfParameter(_ name: Span<UInt8>, in text: Span<UInt8>) -> Int? {
        var place = 0
        while place < text.count {
            place += 1
            guard text[place - 1] == UInt8(ascii: ";") else { continue }
            while place < text.count, text[place] == 0x20 || text[place] == 0x09 { place += 1 }
            guard place + name.count <= text.count else { return nil }
            if text.extracting(place..<place + name.count).equalsIgnoringCase(name) { return place + name.count }
        }
        return nil
    }

    private static func isPrefix(_ word: StaticString, of text: some Collection<UInt8>) -> Bool {
        word.withUTF8Buffer { word in
            var place = 0
            for byte in text {
                guard place < word.count else { return true }
                let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
                guard (isLetter ? byte | 0x20 : byte) == word[place] else { return false }
                place += 1
            }
            return place == word.count
        }
    }

    /// Converts a text to UTF-8. Invalid bytes become U+FFFD. If the machine has no converter, the text stays
    /// unchanged.
    /// - Returns: nil if the result is longer than `limit` bytes.
    func utf8(_ text: [UInt8], limit: Int) -> [UInt8]? {
        let converter = iconv_open("UTF-8", name)
        guard let converter, converter != iconv_t(bitPattern: -1) else { return text }
        defer { iconv_close(converter) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2)
        var source = text.map { CChar(bitPattern: $0) }
        let isWhole = source.withUnsafeMutableBufferPointer { source in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { room in
                Self.convert(source, by: converter, room, limit: limit, to: &result)
            }
        }
        return isWhole ? result : nil
    }

    private static func convert(
        _ source: UnsafeMutableBufferPointer<CChar>, by converter: iconv_t,
        _ room: UnsafeMutableBufferPointer<CChar>, limit: Int, to result: inout [UInt8]
    ) -> Bool {
        var input = source.baseAddress
        var left = source.count
        while left > 0 {
            var output = room.baseAddress
            var free = room.count
            let status = iconv(converter, &input, &left, &output, &free)
            let fault = errno
            result.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<(room.count - free)]))
            if status == -1, fault != E2BIG {
                // Skip the first byte of an invalid or incomplete character.
                result.append(contentsOf: [0xEF, 0xBF, 0xBD])
                input = input?.advanced(by: 1)
                left -= 1
            }
            guard result.count <= limit else { return false }
        }
        return true
    }
}
