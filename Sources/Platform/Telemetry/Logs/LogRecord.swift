import Logging
import Time
import Time

/// A log record before it becomes a line.
struct LogRecord {
    /// The maximum length of a value in bytes. A longer one is truncated.
    static let maximumValueBytes = 2048

    /// Milliseconds since 1970.
    var milliseconds: Int64
    var level: Logger.Level
    var logger: String
    var message: String
    var fields: [(String, String)]

    /// The record as one line, including its line feed.
    func line(_ format: LogFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        switch format {
        case .json: appendJSON(to: &bytes)
        case .text: appendText(to: &bytes)
        }
        bytes.append(0x0A)
        return bytes
    }

    private func appendJSON(to bytes: inout [UInt8]) {
        bytes += "{\"time\":\"".utf8
        bytes += RFC3339.text(epochMilliseconds: milliseconds).utf8
        bytes += "\",\"level\":\"".utf8
        bytes += level.rawValue.utf8
        bytes += "\",\"logger\":".utf8
        Self.appendQuoted(logger, to: &bytes)
        bytes += ",\"message\":".utf8
        Self.appendQuoted(message, to: &bytes)
        for (key, value) in fields {
            bytes.append(UInt8(ascii: ","))
            let isTaken = key == "time" || key == "level" || key == "logger" || key == "message"
            Self.appendQuoted(isTaken ? "_" + key : key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            Self.appendQuoted(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func appendText(to bytes: inout [UInt8]) {
        bytes += RFC3339.text(epochMilliseconds: milliseconds).utf8
        bytes.append(0x20)
        let name = level.rawValue
        bytes += name.utf8
        bytes += repeatElement(0x20, count: max(1, 9 - name.utf8.count))
        Self.appendPlain(message, to: &bytes)
        for (key, value) in fields {
            bytes.append(0x20)
            Self.appendPlain(key, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            let isPlain =
                !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
            if isPlain { Self.appendPlain(value, to: &bytes) } else { Self.appendQuoted(value, to: &bytes) }
        }
    }

    private static func appendPlain(_ text: String, to bytes: inout [UInt8]) {
        for byte in cut(text) { bytes.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
        if text.utf8.count > maximumValueBytes { bytes += "…".utf8 }
    }

    private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        for byte in cut(text) {
            switch byte {
            case 0x22: bytes += [0x5C, 0x22]
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
            case 0x0D: bytes += [0x5C, UInt8(ascii: "r")]
            case 0x09: bytes += [0x5C, UInt8(ascii: "t")]
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        if text.utf8.count > maximumValueBytes { bytes += "…".utf8 }
        bytes.append(0x22)
    }

    /// At most ``maximumValueBytes`` of a text, ending between two characters of UTF-8.
    private static func cut(_ text: String) -> Substring.UTF8View {
        let view = text.utf8
        guard view.count > maximumValueBytes else { return text[...].utf8 }
        var end = view.index(view.startIndex, offsetBy: maximumValueBytes)
        while end > view.startIndex, view[end] & 0xC0 == 0x80 { end = view.index(before: end) }
        return view[..<end]
    }
}
