/// A Swift source taken apart as far as the rules need it: code without comments and texts, and the texts themselves.
///
/// Regex literals are not known to it; the project uses none.
struct SwiftText {
    /// The source with the bytes of comments and of string texts replaced by spaces. Line ends stay, and so does the
    /// code inside interpolations, so that every line keeps its number.
    private(set) var code: [UInt8]

    /// The string literals: the line that each begins on, and its text without interpolations.
    private(set) var texts: [(line: Int, text: String)] = []

    /// The lines of comments: the number of each, and its text without the mark in front.
    private(set) var comments: [(line: Int, text: String)] = []

    /// The tokens of `code`.
    private(set) var tokens: [Token] = []

    private let source: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) {
        source = Array(text.utf8)
        code = source
        readCode(untilParenthesis: false)
        tokens = Token.tokens(of: code)
    }

    /// The lines of `code`.
    var codeLines: [String] {
        code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func byte(at offset: Int) -> UInt8? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private func starts(with text: StaticString) -> Bool {
        var offset = 0
        for expected in text.description.utf8 {
            guard byte(at: offset) == expected else { return false }
            offset += 1
        }
        return true
    }

    private mutating func advance(_ count: Int = 1, blank: Bool) {
        for _ in 0..<count where position < source.count {
            if source[position] == UInt8(ascii: "\n") {
                line += 1
            } else if blank {
                code[position] = UInt8(ascii: " ")
            }
            position += 1
        }
    }

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while let current = byte(at: 0) {
            if starts(with: "//") {
                readLineComment()
            } else if starts(with: "/*") {
                readBlockComment()
            } else if current == UInt8(ascii: "\"") {
                readString(hashes: 0)
            } else if current == UInt8(ascii: "#"), let hashes = hashesBeforeQuote() {
                advance(hashes, blank: true)
                readString(hashes: hashes)
            } else {
                if current == UInt8(ascii: "(") { depth += 1 }
                if current == UInt8(ascii: ")") {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                advance(blank: false)
            }
        }
    }

    private func hashesBeforeQuote() -> Int? {
        var count = 0
        while byte(at: count) == UInt8(ascii: "#") { count += 1 }
        return byte(at: count) == UInt8(ascii: "\"") ? count : nil
    }

    private mutating func readLineComment() {
        let (start, line) = (position, line)
        while let current = byte(at: 0), current != UInt8(ascii: "\n") { advance(blank: true) }
        note(commentFrom: start, line: line)
    }

    private mutating func readBlockComment() {
        let (start, line) = (position, line)
        defer { note(commentFrom: start, line: line) }
        var depth = 0
        while byte(at: 0) != nil {
            if starts(with: "/*") {
                depth += 1
                advance(2, blank: true)
            } else if starts(with: "*/") {
                depth -= 1
                advance(2, blank: true)
                if depth == 0 { return }
            } else {
                advance(blank: true)
            }
        }
    }

    /// Notes the lines of the comment that ends at the current byte.
    private mutating func note(commentFrom start: Int, line: Int) {
        let lines = source[start..<position].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (offset, text) in lines.enumerated() {
            let words = text.drop { [UInt8(ascii: "/"), UInt8(ascii: " "), UInt8(ascii: "*")].contains($0) }
            comments.append((line + offset, String(decoding: words, as: UTF8.self)))
        }
    }

    /// Reads a literal from its opening quote, which is the current byte.
    private mutating func readString(hashes: Int) {
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        let firstLine = line
        var text: [UInt8] = []
        advance(quotes, blank: true)
        while let current = byte(at: 0) {
            if isClosing(quotes: quotes, hashes: hashes) {
                advance(quotes + hashes, blank: true)
                break
            }
            if current == UInt8(ascii: "\n"), quotes == 1 { break }
            if current == UInt8(ascii: "\\"), (0..<hashes).allSatisfy({ byte(at: 1 + $0) == UInt8(ascii: "#") }) {
                advance(1 + hashes, blank: true)
                if byte(at: 0) == UInt8(ascii: "(") {
                    advance(blank: true)
                    readCode(untilParenthesis: true)
                    advance(blank: true)
                } else {
                    advance(blank: true)
                }
                continue
            }
            text.append(current)
            advance(blank: true)
        }
        texts.append((firstLine, String(decoding: text, as: UTF8.self)))
    }

    private func isClosing(quotes: Int, hashes: Int) -> Bool {
        (0..<quotes).allSatisfy { byte(at: $0) == UInt8(ascii: "\"") }
            && (0..<hashes).allSatisfy { byte(at: quotes + $0) == UInt8(ascii: "#") }
    }
}
