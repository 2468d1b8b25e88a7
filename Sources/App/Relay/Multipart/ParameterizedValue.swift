/// A header's value with parameters, such as `form-data; name="image"; filename="a.png"`.
struct ParameterizedValue: Sendable, Equatable {
    /// The text before the parameters, in lower case.
    let value: String
    /// The parameters by their names in lower case. Quoted values are without quotes.
    let parameters: [String: String]

    /// Reads a value; nil if it is malformed or names a parameter twice.
    init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        guard let value = Self.token(&rest, isPart: { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ";") }) else {
            return nil
        }
        var parameters: [String: String] = [:]
        while Self.skip(&rest), !rest.isEmpty {
            guard rest.popFirst() == UInt8(ascii: ";") else { return nil }
            // A semicolon at the end and repeated semicolons are accepted.
            guard Self.skip(&rest), let next = rest.first, next != UInt8(ascii: ";") else { continue }
            guard let name = Self.token(&rest, isPart: Self.isTokenByte), rest.popFirst() == UInt8(ascii: "="),
                let value = Self.value(&rest), parameters.updateValue(value, forKey: name.lowercased()) == nil
            else { return nil }
        }
        self.value = value.lowercased()
        self.parameters = parameters
    }

    /// Skips blanks. It always returns true, so that a condition can contain it.
    private static func skip(_ rest: inout ArraySlice<UInt8>) -> Bool {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
        return true
    }

    private static func token(_ rest: inout ArraySlice<UInt8>, isPart: (UInt8) -> Bool) -> String? {
        let token = rest.prefix(while: isPart)
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    /// A quoted string, or the text up to the next blank or semicolon.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard rest.first == UInt8(ascii: "\"") else {
            return token(&rest) { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\"") }
        }
        rest = rest.dropFirst()
        var content: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            // Any other backslash is part of the value: old browsers sent whole Windows paths.
            case UInt8(ascii: "\\") where rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "\\"):
                content.append(rest.removeFirst())
            default: content.append(byte)
            }
        }
        return nil
    }

    /// Whether a byte may be part of a token (RFC 9110, 5.6.2).
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
            UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
