/// A language of the pages for people.
enum Language: String, Sendable {
    case english = "en"
    case chinese = "zh"

    /// How many bytes of an `Accept-Language` are read.
    private static let maximumBytes = 1024

    /// The preferred language of an `Accept-Language`: English, unless Chinese has a higher weight or comes first.
    init(accepting header: String?) {
        var best = (language: Language.english, weight: 0)
        for part in (header ?? "").utf8.prefix(Self.maximumBytes).split(separator: UInt8(ascii: ",")) {
            let fields = String(decoding: part, as: UTF8.self).lowercased().filter { $0 != " " && $0 != "\t" }
                .split(separator: ";")
            guard let tag = fields.first, let language = Self.language(tag) else { continue }
            let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.map { Self.thousandths($0.dropFirst(2)) }
            if weight ?? 1000 > best.weight { best = (language, weight ?? 1000) }
        }
        self = best.language
    }

    private static func language(_ tag: Substring) -> Language? {
        switch tag.prefix(while: { $0 != "-" }) {
        case "zh": .chinese
        case "en", "*": .english
        default: nil
        }
    }

    /// A weight from `0` to `1.000`, in thousandths. A malformed weight counts as 0.
    private static func thousandths(_ text: Substring) -> Int {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ".") }
        guard let first = text.utf8.first, first <= UInt8(ascii: "1"), digits.count <= 4,
            let number = Int(String(decoding: digits, as: UTF8.self))
        else { return 0 }
        return min(1000, [1000, 100, 10, 1][digits.count - 1] * number)
    }
}
