/// The private values that are searched for in texts, whatever escapes they are written with.
///
/// They are kept sorted, and the ones that may begin at a place are narrowed down scalar by scalar: the time for a place
/// grows with the logarithm of their number.
struct NeedleSet: Sendable {
    /// A value is recognised by at most so many characters, so that hostile ones cannot make a search slow.
    static let maximumLength = 64

    /// The values, sorted by their scalars.
    let values: [SensitiveValue]
    /// The values' scalars, one value behind the other. One backslash stands for any run of them, since how many there
    /// are depends on how deep a text is nested.
    private let scalars: [UInt32]
    /// Where each value's scalars begin, and behind the last one where they end.
    private let bounds: [Int]
    /// The bytes that values begin with.
    let firstBytes: ByteSet
    /// The bytes that come second in values.
    private let secondBytes: ByteSet

    init(_ values: [SensitiveValue]) {
        var needles: [(value: SensitiveValue, scalars: [UInt32])] = []
        for value in values where value.text.utf8.count >= ValueMask.minimumCharacters {
            let scalars = Self.scalars(of: value.text)
            if scalars.count >= ValueMask.minimumCharacters { needles.append((value, scalars)) }
        }
        if needles.count > 1 { needles.sort { $0.scalars.lexicographicallyPrecedes($1.scalars) } }
        var scalars: [UInt32] = []
        var bounds = [0]
        var (firstBytes, secondBytes) = (ByteSet(), ByteSet())
        for needle in needles {
            scalars += needle.scalars
            bounds.append(scalars.count)
            let bytes = needle.value.text.utf8.span
            firstBytes.insert(bytes[0])
            secondBytes.insert(bytes[1])
        }
        // Any character may be written as an escape.
        firstBytes.insert(UInt8(ascii: "\\"))
        secondBytes.insert(UInt8(ascii: "\\"))
        self.values = needles.map(\.value)
        self.scalars = scalars
        self.bounds = bounds
        self.firstBytes = firstBytes
        self.secondBytes = secondBytes
    }

    private static func scalars(of text: String) -> [UInt32] {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars where scalar != "\\" || scalars.last != EscapedText.backslash {
            scalars.append(scalar.value)
        }
        return scalars
    }

    var isEmpty: Bool { values.isEmpty }

    /// The longest value that begins at `place`: where it ends, and its index.
    func hit(_ text: Span<UInt8>, at place: Int) -> (end: Int, index: Int)? {
        guard place + 1 < text.count, firstBytes.contains(text[place]) else { return nil }
        if text[place] != UInt8(ascii: "\\"), !secondBytes.contains(text[place + 1]) { return nil }
        return search(text, at: place)
    }

    private func search(_ text: Span<UInt8>, at start: Int) -> (end: Int, index: Int)? {
        var place = start
        var candidates = 0..<values.count
        var best: (end: Int, index: Int)?
        var depth = 0
        while let step = EscapedText.step(text, at: place) {
            var end = step.end
            var next = narrowed(candidates, at: depth, to: step.scalar)
            if next.isEmpty, let run = step.endOfBackslashes {
                next = narrowed(candidates, at: depth, to: EscapedText.backslash)
                end = run
            }
            guard !next.isEmpty else { break }
            candidates = next
            place = end
            depth += 1
            let first = candidates.lowerBound
            if depth == count(first) {
                if isWhole(first, text, from: start, to: place) { best = (place, first) }
                if candidates.count == 1 { break }
            } else if depth == Self.maximumLength {
                return (rest(of: first, from: depth, text, at: place), first)
            }
        }
        return best
    }

    private func count(_ index: Int) -> Int {
        bounds[index + 1] - bounds[index]
    }

    /// The values of a range, all alike up to `depth`, that go on with a scalar.
    private func narrowed(_ range: Range<Int>, at depth: Int, to scalar: UInt32) -> Range<Int> {
        if range.count == 1 {
            let index = range.lowerBound
            return depth < count(index) && scalars[bounds[index] + depth] == scalar ? range : index..<index
        }
        // A value that ends here comes first.
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if count(middle) <= depth || scalars[bounds[middle] + depth] < scalar {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let lower = low
        high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if scalars[bounds[middle] + depth] == scalar { low = middle + 1 } else { high = middle }
        }
        return lower..<low
    }

    /// A short number is only found where it is a whole number: as part of a longer one it is another number.
    private func isWhole(_ index: Int, _ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard count(index) < 8 else { return true }
        for scalar in scalars[bounds[index]..<bounds[index + 1]] where scalar &- 0x30 > 9 { return true }
        if start > 0, text[start - 1] &- UInt8(ascii: "0") < 10 { return false }
        return end == text.count || text[end] &- UInt8(ascii: "0") >= 10
    }

    /// Goes on past as much of a long value as follows.
    private func rest(of index: Int, from depth: Int, _ text: Span<UInt8>, at start: Int) -> Int {
        var place = start
        for scalar in scalars[(bounds[index] + depth)..<bounds[index + 1]] {
            guard let step = EscapedText.step(text, at: place) else { break }
            if step.scalar == scalar {
                place = step.end
            } else if scalar == EscapedText.backslash, let run = step.endOfBackslashes {
                place = run
            } else {
                break
            }
        }
        return place
    }
}
