/// Finds the bytes of a set in a text: a table of all bytes, which is quicker to ask than the set and larger.
package struct ByteFinder: Sendable {
    @usableFromInline let isWanted: [Bool]

    /// Finds the bytes of a set.
    package init(_ set: ByteSet) {
        isWanted = Array(capacity: 256) { output in
            for byte in UInt8.min...UInt8.max { output.append(set.contains(byte)) }
        }
    }

    /// Finds what the other finds, and the bytes of a set.
    package init(_ other: ByteFinder, and set: ByteSet) {
        var isWanted = other.isWanted
        set.forEach { isWanted[Int($0)] = true }
        self.isWanted = isWanted
    }

    /// The first place from `start` on at which such a byte stands; the text's end if there is none.
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
