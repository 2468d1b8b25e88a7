import Catalog

/// Possible meanings of a setter's argument.
enum JavaValue {
    /// The readings of an argument, the most likely first. Empty if it has no value.
    static func readings(_ argument: String) -> [String] {
        var readings: [String] = []
        func add(_ text: String) {
            if !Blank.trimmed(text).isEmpty, !readings.contains(text) { readings.append(text) }
        }
        guard let first = argument.utf8.firstIndex(of: UInt8(ascii: "\"")),
            let last = argument.utf8.lastIndex(of: UInt8(ascii: "\"")), first < last
        else {
            bare(argument, add)
            return readings
        }
        let inner = String(argument[argument.utf8.index(after: first)..<last])
        add(unescaped(inner))
        add(inner)
        if first != argument.utf8.startIndex { add(literals(argument).joined(separator: ",")) }
        return readings
    }

    private static func bare(_ argument: String, _ add: (String) -> Void) {
        var text = argument
        if let last = text.utf8.last, [UInt8(ascii: "L"), UInt8(ascii: "D"), UInt8(ascii: "F")].contains(last) {
            text.removeLast()
            add(text)
        }
        add(argument)
        // new Long[]{1L,2L}
        if let open = argument.utf8.firstIndex(of: UInt8(ascii: "{")) {
            let items = argument[argument.utf8.index(after: open)...].prefix { $0 != "}" }.split(separator: ",")
            add(
                items.map { item in
                    let item = Blank.trimmed(String(item))
                    return item.hasSuffix("L") ? String(item.dropLast()) : item
                }.joined(separator: ","))
        }
    }

    /// The texts between quotation marks.
    private static func literals(_ argument: String) -> [String] {
        let parts = argument.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { unescaped(String(Substring($0.element))) }
    }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                switch byte {
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case UInt8(ascii: "t"): bytes.append(0x09)
                case UInt8(ascii: "r"): bytes.append(0x0D)
                default: bytes.append(byte)
                }
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
