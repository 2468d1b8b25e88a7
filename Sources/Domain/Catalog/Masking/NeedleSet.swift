import Bytes

/// The private values that are searched for in texts, whatever escapes they are written with.
///
/// They are kept sorted, and the ones that may begin at a place are narrowed down scalar by scalar: the time for a place
/// grows with the logarithm of their number. The case of ASCII letters says nothing, nor do blanks, hyphens and dots that
/// a number is written with.
final class NeedleSet: Sendable {
    /// A value is recognised by at most so many characters, so that hostile ones cannot make a search slow.
    static let maximumLength = 64

    /// At most so many separators in a row are passed over.
    private static let maximumSeparators = 3

    /// Where a value's scalars are.
    private struct Place {
        let value: Int
        let start: Int
        let count: Int
        /// Whether it counts only where it stands alone.
        let isShort: Bool
        /// Whether it may be written with separators.
        let isSeparable: Bool

        /// Whether separators among its first characters leave anything to be found.
        var goesOnAfterSeparator: Bool { isSeparable || count > NeedleSet.maximumLength }
    }

    let values: [SensitiveValue]
    /// The values' scalars as `EscapedText` reads them, one value behind the other.
    private let scalars: [UInt32]
    /// The values that are searched for, sorted by their scalars.
    private let places: [Place]
    /// The bytes that values begin with.
    private let firstBytes: ByteSet
    /// The bytes at which something private may begin, a value or a number.
    private let starts: ByteFinder
    /// What `pair` makes of the first two bytes of values.
    private let pairs: ByteSet
    /// Whether any of the values may be written with separators.
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
            while let step = EscapedText.step(bytes, at: place) {
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

    /// Whether a value is searched for wherever it stands. A character beyond ASCII counts twice: a Chinese name has two or three.
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

    /// No values: only what is private by its form is found.
    static let none = NeedleSet([])

    /// The first place from `start` on at which something private may begin; the text's end if there is none.
    @inline(__always)
    func firstStart(in text: Span<UInt8>, from start: Int) -> Int { starts.firstPlace(in: text, from: start) }

    /// The first place from `start` on at which a value may begin; `end` if there is none before it.
    @inline(__always)
    func firstStartOfValue(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        text.firstPlace(of: firstBytes, from: start, to: end)
    }

    /// Whether a value may begin at `place`: its first two bytes say so for most texts.
    @inline(__always)
    func mayBegin(_ text: Span<UInt8>, at place: Int) -> Bool {
        let first = text[place]
        guard firstBytes.contains(first), place + 1 < text.count else { return false }
        let second = text[place + 1]
        // Any character of a value may be written as an escape.
        return pairs.contains(Self.pair(first, second)) || EscapedText.mayBeginEscape(first)
            || EscapedText.mayBeginEscape(second)
    }

    /// A number that is the same for two bytes in either case, and mostly another for others.
    @inline(__always)
    private static func pair(_ first: UInt8, _ second: UInt8) -> UInt8 {
        (first | 0x20) &* 31 &+ (second | 0x20)
    }

    /// The longest value that begins at `start`: where it ends, and its index.
    /// - Parameter inAnswer: whether short values count.
    func search(_ text: Span<UInt8>, at start: Int, inAnswer: Bool) -> (end: Int, index: Int)? {
        var place = start
        var candidates = 0..<places.count
        var best: (end: Int, index: Int)?
        var (depth, separators, isSeparated) = (0, 0, false)
        while let step = EscapedText.step(text, at: place) {
            let next = narrowed(candidates, at: depth, to: Self.folded(step.scalar))
            place = step.end
            if next.isEmpty {
                separators += 1
                guard hasSeparable, depth > 0, separators <= Self.maximumSeparators,
                    candidates.count > 1 || places[candidates.lowerBound].goesOnAfterSeparator,
                    Self.isSeparator(step.scalar)
                else { break }
                isSeparated = true
                continue
            }
            (candidates, separators) = (next, 0)
            depth += 1
            let first = candidates.lowerBound
            if depth == count(first) {
                if !isSeparated || places[first].isSeparable, inAnswer || !places[first].isShort,
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

    /// The values of a range, all alike up to `depth`, that go on with a scalar.
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

    /// A short number is only found where it is a whole number: as part of a longer one it is another number. Whatever is
    /// shorter still must stand alone.
    private func isWhole(_ index: Int, _ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard count(index) < 8 else { return true }
        var isNumber = true
        for scalar in scalars[places[index].start..<(places[index].start + places[index].count)]
        where scalar &- 0x30 > 9 { isNumber = false }
        if places[index].isShort {
            return LoneText.isAlone(text, start..<end, digits: isNumber ? count(index) : nil)
        }
        guard isNumber else { return true }
        if start > 0, text[start - 1] &- UInt8(ascii: "0") < 10 { return false }
        return end == text.count || text[end] &- UInt8(ascii: "0") >= 10
    }

    /// Goes on past as much of a long value as follows.
    private func rest(of index: Int, from depth: Int, _ text: Span<UInt8>, at start: Int) -> Int {
        var place = start
        for scalar in scalars[(places[index].start + depth)..<(places[index].start + places[index].count)] {
            guard let step = EscapedText.step(text, at: place), Self.folded(step.scalar) == scalar else { break }
            place = step.end
        }
        return place
    }

    /// An ASCII capital as its small letter.
    private static func folded(_ scalar: UInt32) -> UInt32 {
        scalar &- 0x41 < 26 ? scalar | 0x20 : scalar
    }

    /// A blank, a hyphen, a bracket, or one of the dots that plates and telephone numbers are written with. A plus sign is
    /// a form's blank.
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
    /// Adds a byte; of an ASCII letter, both cases.
    fileprivate mutating func insert(inBothCases byte: UInt8) {
        insert(byte)
        if (byte | 0x20) &- UInt8(ascii: "a") < 26 { insert(byte ^ 0x20) }
    }
}
