import Catalog

/// A line of a documentation page.
struct PageLine: Sendable {
    /// The number, counted from 1.
    let number: Int
    /// The unchanged line without its end.
    let raw: String
    /// The line without outer white space, and without the bullet of a list item.
    let text: String
    /// Whether the line is a list item.
    let isBullet: Bool
    /// Whether this is the last line and the text ends without a line end.
    let isOpenEnd: Bool

    private static let bullet: [UInt8] = Array("•".utf8)

    private init(number: Int, raw: String, isOpenEnd: Bool) {
        self.number = number
        self.raw = raw
        self.isOpenEnd = isOpenEnd
        let trimmed = Blank.trimmed(raw)
        isBullet = trimmed.utf8.starts(with: Self.bullet)
        text = isBullet ? Blank.trimmed(String(decoding: trimmed.utf8.dropFirst(3), as: UTF8.self)) : trimmed
    }

    /// The lines of a text. LF, CR LF and CR end a line.
    static func lines(of text: String) -> [PageLine] {
        var lines: [PageLine] = []
        let bytes = Array(text.utf8)
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start <= bytes.count {
            let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            let raw = String(decoding: bytes[start..<end], as: UTF8.self)
            lines.append(PageLine(number: lines.count + 1, raw: raw, isOpenEnd: end == bytes.count && start < end))
            let isPair = end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A
            start = end + (isPair ? 2 : 1)
        }
        return lines
    }
}
