import Bytes

/// Finds private values in texts, with any escapes.
///
/// The values are sorted. At each position the search narrows the candidates down scalar by scalar, so that its time
/// grows with the logarithm of their number. It ignores the case of ASCII letters. In numbers it also ignores blanks,
/// hyphens and dots.
final class SensitiveValueMatcher: Sendable {
    /// How many characters identify a value. The limit keeps the search fast for hostile values.
    static let maximumLength = 64

    /// How many successive separators are ignored.
    private static let maximumSeparators = 3

    /// The scalars of a value.
    private struct Place {
        let value: Int
        let start: Int
        let count: Int
        /// Whether the value must be a whole word.
        let isShort: Bool
        /// Whether the value may contain separators.
        let isSeparable: Bool

        /// Whether the search may continue after a separator.
        var continuesAfterSeparator: Bool { isSeparable || count > SensitiveValueMatcher.maximumLength }
    }

    let values: [SensitiveValue]
    /// The scalars of all values in the form of `EscapeDecoder`, one value after the other.
    private let scalars: [UInt32]
    /// The values to search for, sorted by their scalars.
    private let places: [Place]
    /// The bytes that values may begin with.
    private let firstBytes: ByteSet
    /// The bytes that a value or a private number may begin with.
    private let starts: ByteFinder
    /// The hashes (`pair`) of the first two bytes of all values.
    private let pairs: ByteSet
    /// Whether any value may contain separators.
    private let hasSeparable: Bool

    private static let plainStarts = ByteFinder(.digits.union(.escapes))

    init(_ values: [SensitiveValue]) {
        var scalars: [UInt32] = []
        var places: [Place] = []
        // Any character may be written as an escape.
        var (firstBytes, pairs) = (ByteSet.escapes, ByteSet())
        scalars.reserveCapacity(values.reduce(0) { $0 + $1.text.utf8.count })
        places.reserveCapacity(values.count)
        for (index, value) in values.enumerated() where value.text.utf8.count > 1 {
            let isShort = !Self.isLongEnough(value.text)
            let start = scalars.count
            let text = Array(value.text.utf8)
            let bytes = text.span
            var place = 0
            var hasLetters = false
            while let step = EscapeDecoder.step(bytes, at: place) {
                let scalar = Self.folded(step.scalar)
                hasLetters = hasLetters || scalar &- 0x30 > 9
                scalars.append(scalar)
                place = step.end
            }
            let count = scalars.count - start
            guard count > 1 else {
                scalars.removeLast(count)
                continue
            }
            let isSeparable = value.isNumber && count >= (hasLetters ? 5 : 7)
            places.append(Place(value: index, start: start, count: count, isShort: isShort, isSeparable: isSeparable))
            firstBytes.insert(inBothCases: bytes[0])
            pairs.insert(Self.pair(bytes[0], bytes[1]))
            if let first = UInt8(exactly: scalars[start]), first < 0x80 {
                firstBytes.insert(inBothCases: first)
                let second = Unicode.Scalar(scalars[start + 1]).map { UTF8.encode($0)?.first ?? 0 } ?? 0
                pairs.insert(Self.pair(first, second))
            }
        }
        if places.count > 1 { places.sort { Self.isLess($0, $1, scalars) } }
        self.values = values
        self.scalars = scalars
        self.places = places
        self.firstBytes = firstBytes
        starts = places.isEmpty ? Self.plainStarts : ByteFinder(Self.plainStarts, and: firstBytes)
        self.pairs = pairs
        hasSeparable = places.contains(where: \.isSeparable)
    }

    /// Whether a value is long enough to be searched for inside words. A character outside ASCII counts twice, because
    /// a Chinese name has two or three characters.
    static func isLongEnough(_ text: String) -> Bool {
        text.withUTF8Span { text in
            var count = 0
            for index in 0..<text.count {
                switch text[index] {
                case UInt8(ascii: "\\"), 0x80..<0xC0: continue
                case 0..<0x80: count += 1
                default: count += 2
                }
                if count >= ValueMask.minimumCharacters { return true }
            }
            return false
        }
    }

    private static func isLess(_ left: Place, _ right: Place, _ scalars: [UInt32]) -> Bool {
        for offset in 0..<min(left.count, right.count) {
            let (a, b) = (scalars[left.start + offset], scalars[right.start + offset])
            if a != b { return a < b }
        }
        return left.count < right.count
    }

    /// A matcher without values.
    static let none = SensitiveValueMatcher([])

    /// The first position from `start` at which a value or a private number may begin; the text's end if there is none.
    @inline(__always)
    func firstStart(in text: Span<UInt8>, from start: Int) -> Int { starts.firstPlace(in: text, from: start) }

    /// The first position from `start` at which a value may begin; `end` if there is none before it.
    @inline(__always)
    func firstStartOfValue(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        text.firstPlace(of: firstBytes, from: start, to: end)
    }

    /// Whether a value may begin at `place`. For most texts the first two bytes decide.
    @inline(__always)
    func mayBegin(_ text: Span<UInt8>, at place: Int) -> Bool {
        let first = text[place]
        guard firstBytes.contains(first), place + 1 < text.count else { return false }
        let second = text[place + 1]
        // Any character of a value may be written as an escape.
        return pairs.contains(Self.pair(first, second)) || EscapeDecoder.mayBeginEscape(first)
            || EscapeDecoder.mayBeginEscape(second)
    }

    /// A hash of two bytes that ignores the case of ASCII letters.
    @inline(__always)
    private static func pair(_ first: UInt8, _ second: UInt8) -> UInt8 {
        (first | 0x20) &* 31 &+ (second | 0x20)
    }

    /// The end and the index of the longest value that begins at `start`.
    /// - Parameter inResponse: whether short values count too, as they do in responses.
    func search(_ text: Span<UInt8>, at start: Int, inResponse: Bool) -> (end: Int, index: Int)? {
        var place = start
        var candidates = 0..<places.count
        var best: (end: Int, index: Int)?
        var (depth, separators, isSeparated) = (0, 0, false)
        while let step = EscapeDecoder.step(text, at: place) {
            let next = narrowed(candidates, at: depth, to: Self.folded(step.scalar))
            place = step.end
            if next.isEmpty {
                separators += 1
                guard hasSeparable, depth > 0, separators <= Self.maximumSeparators,
                    candidates.count > 1 || places[candidates.lowerBound].continuesAfterSeparator,
                    Self.isSeparator(step.scalar)
                else { break }
                isSeparated = true
                continue
            }
            (candidates, separators) = (next, 0)
            depth += 1
            let first = candidates.lowerBound
            if depth == count(first) {
                if !isSeparated || places[first].isSeparable, inResponse || !places[first].isShort,
                    isWhole(first, text, from: start, to: place)
                {
                    best = (place, places[first].value)
                }
                if candidates.count == 1 { break }
            } else if depth == Self.maximumLength {
                return (rest(of: first, from: depth, text, at: place), places[first].value)
            }
        }
        return best
    }

    private func count(_ index: Int) -> Int {
        places[index].count
    }

    /// The values of a range whose scalar at `depth` is the given one. All values of the range are equal before
    /// `depth`.
    private func narrowed(_ range: Range<Int>, at depth: Int, to scalar: UInt32) -> Range<Int> {
        if range.count == 1 {
            let index = range.lowerBound
            return depth < count(index) && scalars[places[index].start + depth] == scalar ? range : index..<index
        }
        // A value that ends here comes first.
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if count(middle) <= depth || scalars[places[middle].start + depth] < scalar {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let lower = low
        high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if scalars[places[middle].start + depth] == scalar { low = middle + 1 } else { high = middle }
        }
        return lower..<low
    }

    /// Whether a match is not just a part of something else. A number of less than 8 digits must not be part of a
    /// longer number. A short value must be a whole word.
    private func isWhole(_ index: Int, _ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard count(index) < 8 else { return true }
        var isNumber = true
        for scalar in scalars[places[index].start..<(places[index].start + places[index].count)]
        where scalar &- 0x30 > 9 { isNumber = false }
        if places[index].isShort {
            return WordBoundary.isWholeWord(text, start..<end, digits: isNumber ? count(index) : nil)
        }
        guard isNumber else { return true }
        if start > 0, text[start - 1] &- UInt8(ascii: "0") < 10 { return false }
        return end == text.count || text[end] &- UInt8(ascii: "0") >= 10
    }

    /// The end of a value that is longer than ``maximumLength``, as far as the text contains it.
    private func rest(of index: Int, from depth: Int, _ text: Span<UInt8>, at start: Int) -> Int {
        var place = start
        for scalar in scalars[(places[index].start + depth)..<(places[index].start + places[index].count)] {
            guard let step = EscapeDecoder.step(text, at: place), Self.folded(step.scalar) == scalar else { break }
            place = step.end
        }
        return place
    }

    /// The scalar with ASCII capitals in lower case.
    private static func folded(_ scalar: UInt32) -> UInt32 {
        scalar &- 0x41 < 26 ? scalar | 0x20 : scalar
    }

    /// Whether a scalar is a blank, a hyphen, a bracket, or one of the dots in licence plates and telephone numbers. A
    /// plus sign is a blank of a form.
    private static func isSeparator(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x20, 0x28, 0x29, 0x2B, 0x2D, 0x2E, 0xA0, 0xB7, 0x2022, 0x2027, 0x200B, 0x3000, 0x30FB,
            0x2010...0x2015:
            true
        default: false
        }
    }
}

extension ByteSet {
    fileprivate static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    /// The bytes that may begin an escape of JSON or of a URL, or a full-width character.
    fileprivate static let escapes = ByteSet([UInt8(ascii: "\\"), UInt8(ascii: "%"), 0xEF])

    /// Adds a byte. An ASCII letter is added in both cases.
    fileprivate mutating func insert(inBothCases byte: UInt8) {
        insert(byte)
        if (byte | 0x20) &- UInt8(ascii: "a") < 26 { insert(byte ^ 0x20) }
    }
}
