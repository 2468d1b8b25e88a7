/// The private values that are searched for in texts, whatever escapes they are written with.
///
/// They are kept sorted, and the ones that may begin at a place are narrowed down scalar by scalar: the time for a place
/// grows with the logarithm of their number.
struct NeedleSet: Sendable {
    private struct Needle {
        let value: SensitiveValue
        /// The whole value; one backslash stands for any run of them, since how many there are depends on how deep a
        /// text is nested.
        let scalars: [UInt32]
        /// A short number is only found where it is a whole number: as part of a longer one it is another number.
        let isShortNumber: Bool

        init(_ value: SensitiveValue) {
            self.value = value
            var scalars: [UInt32] = []
            for scalar in value.text.unicodeScalars where scalar != "\\" || scalars.last != EscapedText.backslash {
                scalars.append(scalar.value)
            }
            self.scalars = scalars
            isShortNumber = scalars.count < 8 && scalars.allSatisfy { $0 &- 0x30 < 10 }
        }
    }

    /// A value is recognised by at most so many characters, so that hostile ones cannot make a search slow.
    static let maximumLength = 64

    private let needles: [Needle]
    /// The bytes with which a value may begin.
    let starts: ByteSet

    init(_ values: [SensitiveValue], starts: ByteSet) {
        var needles = values.map(Needle.init).filter { $0.scalars.count >= ValueMask.minimumCharacters }
        if needles.count > 1 { needles.sort { $0.scalars.lexicographicallyPrecedes($1.scalars) } }
        self.needles = needles
        var starts = starts
        for needle in needles { starts.insert(needle.value.text.utf8.first ?? 0) }
        if !needles.isEmpty { starts.insert(UInt8(ascii: "\\")) }
        self.starts = starts
    }

    var values: [SensitiveValue] { needles.map(\.value) }

    /// The longest value that begins at `place`: where it ends, and what is shown instead.
    func hit(in text: ArraySlice<UInt8>, at place: Int) -> (end: Int, shown: String)? {
        guard !needles.isEmpty else { return nil }
        var reader = EscapedText(text: text, place: place)
        var candidates = 0..<needles.count
        var best: (end: Int, shown: String)?
        var depth = 0
        while let step = reader.step() {
            var place = step.end
            var next = narrowed(candidates, at: depth, to: step.scalar)
            if next.isEmpty, let run = step.endOfBackslashes {
                next = narrowed(candidates, at: depth, to: EscapedText.backslash)
                place = run
            }
            guard !next.isEmpty else { break }
            candidates = next
            reader.place = place
            depth += 1
            let first = needles[candidates.lowerBound]
            if depth == first.scalars.count, isWhole(first, in: text, from: reader.start, to: reader.place) {
                best = (reader.place, first.value.masked)
            }
            if depth == Self.maximumLength, first.scalars.count > depth {
                return (rest(of: first, from: depth, reader), first.value.masked)
            }
            if candidates.count == 1, depth == first.scalars.count { break }
        }
        return best
    }

    /// The needles of a range, all alike up to `depth`, that go on with a scalar.
    private func narrowed(_ range: Range<Int>, at depth: Int, to scalar: UInt32) -> Range<Int> {
        let lower = partition(range) { $0.scalars.count <= depth || $0.scalars[depth] < scalar }
        let upper = partition(lower..<range.upperBound) { $0.scalars[depth] <= scalar }
        return lower..<upper
    }

    /// The index of the first needle in a range for which the predicate no longer holds.
    private func partition(_ range: Range<Int>, _ holds: (borrowing Needle) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if holds(needles[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isWhole(_ needle: Needle, in text: ArraySlice<UInt8>, from start: Int, to end: Int) -> Bool {
        guard needle.isShortNumber else { return true }
        if start > text.startIndex, text[start - 1] &- UInt8(ascii: "0") < 10 { return false }
        return end == text.endIndex || text[end] &- UInt8(ascii: "0") >= 10
    }

    /// Goes on past as much of a long value as follows.
    private func rest(of needle: Needle, from depth: Int, _ reader: EscapedText) -> Int {
        var reader = reader
        for scalar in needle.scalars[depth...] {
            guard let step = reader.step() else { break }
            if step.scalar == scalar {
                reader.place = step.end
            } else if scalar == EscapedText.backslash, let run = step.endOfBackslashes {
                reader.place = run
            } else {
                break
            }
        }
        return reader.place
    }
}
