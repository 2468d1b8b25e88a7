/// A private value of a call, and what is shown instead.
struct SensitiveValue: Sendable, Equatable {
    let text: String
    let masked: String
}

/// Masks a call's private values in any text: in the request as sent, in TOP's answers and error texts.
///
/// Two things are masked. The call's own private values of 4 characters and more wherever they occur, also with JSON's
/// escapes and inside JSON that stands in a string. And what looks private whoever's it is: mainland mobile numbers
/// (11 digits, 1 and 3–9 in front) and 18-digit identity card numbers with a birthday and a valid check digit, unless
/// they are part of a longer run of digits. A text without any is scanned once and not copied.
public struct ValueMask: Sendable {
    /// The shortest private value that is searched for, in characters.
    public static let minimumCharacters = 4

    private let needles: NeedleSet

    /// Masks by pattern alone, for texts that belong to no call.
    public init() {
        self.init([])
    }

    init(_ values: [SensitiveValue]) {
        needles = NeedleSet(values, starts: .digits)
    }

    /// This mask with further values.
    func adding(_ values: [SensitiveValue]) -> ValueMask {
        values.isEmpty ? self : ValueMask(needles.values + values)
    }

    /// The text with private values masked.
    public func masked(_ text: String) -> String {
        guard let bytes = replaced(Array(text.utf8)[...]) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// UTF-8 text with private values masked.
    public func masked(_ text: [UInt8]) -> [UInt8] {
        replaced(text[...]) ?? text
    }

    /// The text with private values masked; nil if it holds none.
    func replaced(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8]?
        var copied = text.startIndex
        var place = text.startIndex
        let starts = needles.starts
        while place < text.endIndex {
            guard starts.contains(text[place]) else {
                place += 1
                continue
            }
            if let hit = hit(in: text, at: place) {
                result = result ?? []
                result?.append(contentsOf: text[copied..<place])
                result?.append(contentsOf: hit.shown)
                place = hit.end
                copied = place
            } else {
                place += Self.stride(in: text, at: place)
            }
        }
        result?.append(contentsOf: text[copied...])
        return result
    }

    private func hit(in text: ArraySlice<UInt8>, at place: Int) -> (end: Int, shown: [UInt8])? {
        if let hit = needles.hit(in: text, at: place) { return (hit.end, Array(hit.shown.utf8)) }
        return PrivateNumber.hit(in: text, at: place)
    }

    /// How far to go on where nothing was found: an escape is one step, so that no hit begins within it.
    private static func stride(in text: ArraySlice<UInt8>, at place: Int) -> Int {
        guard text[place] == UInt8(ascii: "\\"), place + 1 < text.endIndex else { return 1 }
        switch text[place + 1] {
        case UInt8(ascii: "u") where place + 5 < text.endIndex: return 6
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): return 2
        default: return 1
        }
    }
}

/// A set of bytes.
struct ByteSet: Sendable {
    private var words: SIMD4<UInt64> = .zero

    static let digits: ByteSet = {
        var set = ByteSet()
        for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { set.insert(byte) }
        return set
    }()

    mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1
    }
}
