import Bytes

/// The private values that are searched for in texts, whatever escapes they are written with.
///
/// They are kept sorted, and the ones that may begin at a place are narrowed down scalar by scalar: the time for a place
/// grows with the logarithm of their number.
struct NeedleSet: Sendable {
    /// A value is recognised by at most so many characters, so that hostile ones cannot make a search slow.
    static let maximumLength = 64

    /// Where a value's scalars are.
    private struct Place {
        let value: Int
        let start: Int
        let count: Int
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
    /// A bit for the first four bytes of each value: they say that none begins so, or that one may.
    private let beginnings: UInt64

    init(_ values: [SensitiveValue]) {
        var scalars: [UInt32] = []
        var places: [Place] = []
        // Any character may be written as an escape.
        var (firstBytes, secondBytes) = (ByteSet.escapes, ByteSet.escapes)
        var beginnings: UInt64 = 0
        scalars.reserveCapacity(values.reduce(0) { $0 + $1.text.utf8.count })
        places.reserveCapacity(values.count)
        for (index, value) in values.enumerated() where Self.isLongEnough(value.text) {
            let start = scalars.count
            let bytes = value.text.utf8.span
            var place = 0
            while let step = EscapedText.step(bytes, at: place) {
                scalars.append(step.scalar)
                place = step.end
            }
            places.append(Place(value: index, start: start, count: scalars.count - start))
            firstBytes.insert(bytes[0])
            secondBytes.insert(bytes[1])
            beginnings |= Self.beginning(bytes, at: 0)
        }
        if places.count > 1 { places.sort { Self.isLess($0, $1, scalars) } }
        self.values = values
        self.scalars = scalars
        self.places = places
        self.firstBytes = firstBytes
        self.secondBytes = secondBytes
        self.beginnings = beginnings
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
    @inline(__always)
    func hit(_ text: Span<UInt8>, at place: Int) -> (end: Int, index: Int)? {
        guard place + 1 < text.count, firstBytes.contains(text[place]) else { return nil }
        // Any character of a value may be written as an escape.
        if !secondBytes.contains(text[place + 1]), text[place] != UInt8(ascii: "\\"), text[place] != UInt8(ascii: "%") {
            return nil
        }
        return beginnings & Self.beginning(text, at: place) == 0 ? nil : search(text, at: place)
    }

    /// The bit of the four bytes at a place; all bits where they are fewer, and where an escape or a control character is
    /// among them, which can be written in other ways.
    private static func beginning(_ text: Span<UInt8>, at place: Int) -> UInt64 {
        guard place + 4 <= text.count else { return .max }
        var beginning: UInt32 = 0
        for index in place..<(place + 4) {
            let byte = text[index]
            guard byte >= 0x20, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "%") else { return .max }
            beginning = beginning << 8 | UInt32(byte)
        }
        return 1 << UInt64((beginning &* 0x9E37_79B1) >> 26)
    }

    private func search(_ text: Span<UInt8>, at start: Int) -> (end: Int, index: Int)? {
        var place = start
        var candidates = 0..<places.count
        var best: (end: Int, index: Int)?
        var depth = 0
        while let step = EscapedText.step(text, at: place) {
            candidates = narrowed(candidates, at: depth, to: step.scalar)
            guard !candidates.isEmpty else { break }
            place = step.end
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
            guard let step = EscapedText.step(text, at: place), step.scalar == scalar else { break }
            place = step.end
        }
        return place
    }
}
