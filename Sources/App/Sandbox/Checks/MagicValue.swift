/// A fault that a call requests by a text in a business parameter (see `SandboxFault`).
enum MagicValue: Equatable {
    case fault(SandboxFault)
    /// A magic value with an unknown kind.
    case unknown(String)

    private static let mark = Array("sandbox:".utf8)

    /// The first magic value in the texts, if any.
    static func find(in texts: some Sequence<String>) -> MagicValue? {
        for text in texts {
            let bytes = Array(text.utf8)
            guard let start = index(after: mark, in: bytes) else { continue }
            let kind = token(bytes[start...])
            var argument: ArraySlice<UInt8>?
            if kind.endIndex < bytes.endIndex, bytes[kind.endIndex] == UInt8(ascii: "=") {
                argument = token(bytes[(kind.endIndex + 1)...], orColon: true)
            }
            let name = String(decoding: kind, as: UTF8.self)
            let fault = SandboxFault(kind: name, argument: argument.map { String(decoding: $0, as: UTF8.self) })
            return fault.map(MagicValue.fault) ?? .unknown(name)
        }
        return nil
    }

    /// The letters, digits, hyphens, dots and underscores that a text begins with, and the colons of a sub_code.
    private static func token(_ bytes: ArraySlice<UInt8>, orColon: Bool = false) -> ArraySlice<UInt8> {
        bytes.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): orColon
            default: false
            }
        }
    }

    private static func index(after mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        for start in 0...(bytes.count - mark.count)
        where bytes[start] == mark[0] && bytes[start..<(start + mark.count)].elementsEqual(mark) {
            return start + mark.count
        }
        return nil
    }
}
