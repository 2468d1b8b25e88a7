import JSON
import Masking

extension ResponseLevel.Member {
    /// Whether a scalar fits the documented type of this member. A value that does not fit may be private. TOP also
    /// writes numbers and Booleans as texts, and numbers where texts are documented.
    func admits(_ value: JSONValue) -> Bool {
        switch (kind, value.kind) {
        case (_, .null), (.string, _), (.json, _), (.boolean, .bool): return true
        case (.number, .number), (.price, .number), (.decimal, .number), (.date, .number): return true
        default: break
        }
        guard let text = value.scalarText else { return false }
        return switch kind {
        case .number, .price, .decimal: text.utf8.allSatisfy { Self.isOfNumber($0) } || value.kind == .bool
        case .date: text.utf8.allSatisfy { Self.isOfNumber($0) || " :/TZ".utf8.contains($0) }
        case .boolean: ["true", "false", "0", "1", ""].contains(text.lowercased())
        case .string, .json: true
        case .map, .bytes, .object: text.isEmpty
        }
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        PrivateNumber.isDigit(byte) || "+-.eE".utf8.contains(byte)
    }
}
