/// Finds the bytes of a set in a text. Its table of all bytes is faster than the set, and larger.
package struct ByteFinder: Sendable {
    @usableFromInline let isWanted: [Bool]

    /// Makes a finder for the bytes of a set.
    package init(_ set: ByteSet) {
        isWanted = Array(capacity: 256) { output in
            for byte in UInt8.min...UInt8.max { output.append(set.contains(byte)) }
        }
    }

    /// Makes a finder for the bytes of another finder and of a set.
    package init(_ other: ByteFinder, and set: ByteSet) {
        var isWanted = other.isWanted
        set.forEach { isWanted[Int($0)] = true }
        self.isWanted = isWanted
    }

    /// The first position of such a byte from `start` on; the end of the text if there is none.
    @inlinable
    package func firstPlace(in text: Span<UInt8>, from start: Int) -> Int {
        precondition(start >= 0, "a place is counted from 0")
        return isWanted.withUnsafeBufferPointer { isWanted in
            var place = start
            while place + 4 <= text.count {
                if isWanted[Int(text[unchecked: place])] { return place }
                if isWanted[Int(text[unchecked: place + 1])] { return place + 1 }
                if isWanted[Int(text[unchecked: place + 2])] { return place + 2 }
                if isWanted[Int(text[unchecked: place + 3])] { return place + 3 }
                place += 4
            }
            while place < text.count, !isWanted[Int(text[unchecked: place])] { place += 1 }
            return place
        }
    }
}
