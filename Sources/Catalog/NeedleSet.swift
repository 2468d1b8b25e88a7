import Bytes

/// The private values that are searched for in texts, whatever escapes they are written with.
///
/// They are kept sorted, and the ones that may begin at a place are narrowed down scalar by scalar: the time for a place
/// grows with the logarithm of their number. The case of ASCII letters says nothing, nor do blanks, hyphens and dots that
/// a plate or another value with letters is written with.
struct NeedleSet: Sendable {
    /// A value is recognised by at most so many characters, so that hostile ones cannot make a search slow.
    static let maximumLength = 64

    /// At most so many separators in a row are passed over.
    private static let maximumSeparators = 3

    /// Where a value's scalars are.
    private struct Place {
        let value: Int
        let start: Int
        let count: Int
        /// Whether it may be written with separators: digits alone would then be found in other numbers.
        let hasLetters: Bool
    }

    let values: [SensitiveValue]
    /// The values' scalars as `EscapedText` reads them, one value behind the other.
    private let scalars: [UInt32]
    /// The values that are searched for, sorted by their scalars.
    private let places: [Place]
    /// The bytes that values begin with.
    let firstBytes: ByteSet
    /// The bytes that come second in values.
    private let secondBytes: ByteSet

    init(_ values: [SensitiveValue]) {
        var scalars: [UInt32] = []
        var places: [Place] = []
        // Any character may be written as an escape.
        var (firstBytes, secondBytes) = (ByteSet.escapes, ByteSet.escapes)
        scalars.reserveCapacity(values.reduce(0) { $0 + $1.text.utf8.count })
        places.reserveCapacity(values.count)
        for (index, value) in values.enumerated() where Self.isLongEnough(value.text) {
            let start = scalars.count
            let bytes = value.text.utf8.span
            var place = 0
            var hasLetters = false
            while let step = EscapedText.step(bytes, at: place) {
                let scalar = Self.folded(step.scalar)
                hasLetters = hasLetters || scalar &- 0x61 < 26 || scalar >= 0x80
                scalars.append(scalar)
                place = step.end
            }
            places.append(Place(value: index, start: start, count: scalars.count - start, hasLetters: hasLetters))
            firstBytes.insert(inBothCases: bytes[0])
            secondBytes.insert(inBothCases: bytes[1])
        }
        if places.count > 1 { places.sort { Self.isLess($0, $1, scalars) } }
        self.values = values
        self.scalars = scalars
        self.places = places
        self.firstBytes = firstBytes
        self.secondBytes = secondBytes
    }

    /// Whether a value is searched for. A character beyond ASCII counts twice: a Chinese name has two or three.
    static func isLongEnough(_ text: String) -> Bool {
        guard text.utf8.count >= ValueMask.minimumCharacters else { return false }
        var count = 0
        for scalar in text.unicodeScalars where scalar != "\\" {
            count += scalar.isASCII ? 1 : 2
            if count >= ValueMask.minimumCharacters { return true }
        }
        return false
    }

    private static func isLess(_ left: Place, _ right: Place, _ scalars: [UInt32]) -> Bool {
        for offset in 0..<min(left.count, right.count) {
            let (a, b) = (scalars[left.start + offset], scalars[right.start + offset])
            if a != b { return a < b }
        }
        return left.count < right.count
    }

    var isEmpty: Bool { places.isEmpty }

    /// The longest value that begins at `place`: where it ends, and its index.
    func hit(_ text: Span<UInt8>, at place: Int) -> (end: Int, index: Int)? {
        guard place + 1 < text.count, firstBytes.contains(text[place]) else { return nil }
        if !ByteSet.escapes.contains(text[place]), !secondBytes.contains(text[place + 1]) { return nil }
        return search(text, at: place)
    }

    private func search(_ text: Span<UInt8>, at start: Int) -> (end: Int, index: Int)? {
        var place = start
        var candidates = 0..<places.count
        var best: (end: Int, index: Int)?
        var (depth, separators) = (0, 0)
        while let step = EscapedText.step(text, at: place) {
            let next = narrowed(candidates, at: depth, to: Self.folded(step.scalar))
            place = step.end
            if next.isEmpty {
                separators += 1
                guard Self.isSeparator(step.scalar), depth > 0, separators <= Self.maximumSeparators,
                    places[candidates.lowerBound].hasLetters
                else { break }
                continue
            }
            (candidates, separators) = (next, 0)
            depth += 1
            let first = candidates.lowerBound
            if depth == count(first) {
                if isWhole(first, text, from: start, to: place) { best = (place, places[first].value) }
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

    /// A short number is only found where it is a whole number: as part of a longer one it is another number.
    private func isWhole(_ index: Int, _ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard count(index) < 8 else { return true }
        for scalar in scalars[places[index].start..<(places[index].start + places[index].count)]
        where scalar &- 0x30 > 9 { return true }
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

    /// A blank, a hyphen, or one of the dots that plates and foreign names are written with.
    private static func isSeparator(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x20, 0x2D, 0xB7, 0x2022, 0x2027, 0x3000, 0x30FB: true
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
