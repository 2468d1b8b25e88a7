/// The elements of Prometheus' text format 0.0.4.
enum MetricText {
    /// A metric name. Characters other than letters, digits, `_` and `:` become `_`.
    static func name(_ text: String) -> String {
        sanitized(text, allowsColon: true)
    }

    /// A label name. Characters other than letters, digits and `_` become `_`. Names that begin with `__` are reserved
    /// for Prometheus, so they get a prefix.
    static func labelName(_ text: String) -> String {
        let name = sanitized(text, allowsColon: false)
        return name.hasPrefix("__") ? "x" + name : name
    }

    private static func sanitized(_ text: String, allowsColon: Bool) -> String {
        var bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): byte
            case UInt8(ascii: ":") where allowsColon: byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.isEmpty || (0x30...0x39).contains(bytes[0]) { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The labels as `a="x",b="y"`, in the order of their names, so that each label set has one text.
    static func labels(_ labels: [(String, String)]) -> String {
        var text = ""
        for (name, value) in labels.map({ (labelName($0.0), $0.1) }).sorted(by: { $0.0 < $1.0 }) {
            if !text.isEmpty { text += "," }
            text += name
            text += "=\""
            text += escaped(value, quotes: true)
            text += "\""
        }
        return text
    }

    /// Escapes backslashes and line feeds, and also quotes in a label value.
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
            case 0x22 where quotes: bytes += [0x5C, 0x22]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value in the format of Prometheus.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    /// One line: `name{labels} value`.
    static func append(_ name: String, _ labels: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += name.utf8
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels.utf8
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }
}
