import Catalog

/// The contents of the head of a documentation page.
struct PageHead: Sendable, Equatable {
    var method: String
    var title = ""
    var category = ""
    var description = ""

    /// The number of lines that are searched for the method's name. The site's list of methods may come first.
    private static let maximumLines = 5000

    /// Reads the head; nil if no line names a method. A line with the title in brackets takes precedence.
    init?(_ lines: ArraySlice<PageLine>) {
        var found: (index: Int, method: String, rest: String)?
        for (index, line) in zip(lines.indices, lines).prefix(Self.maximumLines) where !line.isBullet {
            guard let (method, rest) = Self.method(line.text) else { continue }
            if found == nil { found = (index, method, rest) }
            if !rest.isEmpty {
                found = (index, method, rest)
                break
            }
        }
        guard let found else { return nil }
        method = found.method
        category = Self.category(lines[..<found.index])
        var end = found.index + 1
        title = Self.title(found.rest, following: lines[end...], end: &end)
        description = lines[end...].map { $0.text }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// The method's name at the start of a line, and the rest, which is empty or in brackets.
    private static func method(_ line: String) -> (name: String, rest: String)? {
        let name = line.utf8.prefix { byte in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard let text = String(name), MethodName.isValid(text), let first = text.utf8.first,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
        else { return nil }
        let rest = Blank.trimmed(String(line.utf8.dropFirst(name.count)) ?? "")
        guard rest.isEmpty || rest.hasPrefix("(") || rest.hasPrefix("\u{FF08}") else { return nil }
        return (text, rest)
    }

    /// The contents of the outer brackets, which may close on a later line.
    private static func title(_ text: String, following: ArraySlice<PageLine>, end: inout Int) -> String {
        guard !text.isEmpty else { return "" }
        var text = text
        if !isClosed(text), let next = following.prefix(3).firstIndex(where: { isClosed($0.text) }) {
            let more = following[...next].map { $0.text }
            if more.allSatisfy({ !$0.isEmpty }) {
                text = ([text] + more).joined(separator: "\n")
                end = next + 1
            }
        }
        let inner = text.unicodeScalars.dropFirst()
        return Blank.trimmed(isClosed(text) ? String(inner.dropLast()) : String(inner))
    }

    private static func isClosed(_ text: String) -> Bool {
        text.unicodeScalars.last == ")" || text.unicodeScalars.last == "\u{FF09}"
    }

    /// The last part of `文档中心 > API类目 > CATEGORY`.
    private static func category(_ lines: ArraySlice<PageLine>) -> String {
        for line in lines.reversed() where line.text.hasPrefix("文档中心") {
            let parts = line.text.split { $0 == ">" || $0 == "\u{FF1E}" }.map { Blank.trimmed(String($0)) }
            if parts.count >= 3 { return parts[2...].joined(separator: " > ") }
        }
        return ""
    }
}
