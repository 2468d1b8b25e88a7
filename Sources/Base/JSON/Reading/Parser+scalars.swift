import Bytes

extension Parser {
    /// RFC 8259: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        if peek(bytes) == UInt8(ascii: "-") { position += 1 }
        if peek(bytes) == UInt8(ascii: "0") {
            position += 1
            if isDigit(peek(bytes)) { throw expected("a number without leading zeros", at: start) }
        } else {
            try digits(bytes)
        }
        if peek(bytes) == UInt8(ascii: ".") {
            position += 1
            try digits(bytes)
        }
        if peek(bytes) | 0x20 == UInt8(ascii: "e") {
            position += 1
            if peek(bytes) == UInt8(ascii: "+") || peek(bytes) == UInt8(ascii: "-") { position += 1 }
            try digits(bytes)
        }
        append(.number, from: start)
    }

    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        guard isDigit(peek(bytes)) else { throw expected("a digit") }
        while isDigit(peek(bytes)) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Reads a string from its opening to after its closing quotation mark.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        var (isEscaped, isPlain) = (false, true)
        var here = position + 1
        while true {
            here = bytes.endOfPlainText(from: here)
            guard here < bytes.count else { throw expected("a closing quotation mark", at: bytes.count) }
            let byte = bytes[here]
            if byte == UInt8(ascii: "\"") {
                position = here + 1
                return append(.string, from: start, isEscaped: isEscaped, isPlain: isPlain)
            }
            if byte >= 0x80 {
                here = try characters(bytes, at: here)
            } else if byte == UInt8(ascii: "\\") {
                (isEscaped, isPlain) = (true, false)
                here = try escape(bytes, at: here)
            } else if options.allowsControlCharacters {
                isPlain = false
                here += 1
            } else {
                throw expected("an escape such as \\n instead of a raw control character", at: here)
            }
        }
    }

    /// Checks the characters beyond ASCII from `here` on, and returns where they end.
    private func characters(_ bytes: Span<UInt8>, at here: Int) throws(JSONError) -> Int {
        var here = here
        while here < bytes.count, bytes[here] >= 0x80 {
            let length = UTF8Check.length(in: bytes, at: here)
            guard length > 0 else { throw JSONError(reason: .invalidUTF8, offset: here) }
            here += length
        }
        return here
    }

    /// Checks the escape at `here`, and returns where it ends.
    private func escape(_ bytes: Span<UInt8>, at here: Int) throws(JSONError) -> Int {
        guard here + 1 < bytes.count else { throw expected("a closing quotation mark", at: bytes.count) }
        switch bytes[here + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return here + 2
        case UInt8(ascii: "u"):
            return try unicodeEscape(bytes, at: here)
        default:
            throw expected("an escape: one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", at: here)
        }
    }

    private func unicodeEscape(_ bytes: Span<UInt8>, at here: Int) throws(JSONError) -> Int {
        guard let unit = Text.codeUnit(in: bytes, at: here) else {
            throw expected("four hexadecimal digits after \\u", at: here)
        }
        guard unit & 0xF800 == 0xD800, !options.repairsUTF8 else { return here + 6 }
        guard unit < 0xDC00, let low = Text.codeUnit(in: bytes, at: here + 6), low & 0xFC00 == 0xDC00 else {
            throw expected("a pair of surrogate escapes (\\uD800-\\uDBFF, then \\uDC00-\\uDFFF)", at: here)
        }
        return here + 12
    }
}
