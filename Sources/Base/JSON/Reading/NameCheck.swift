import Bytes

/// Finds member names that an object repeats. It compares the decoded names byte by byte.
///
/// Swift's `String` comparison is not suitable: "é" in its two Unicode spellings would be one name.
enum NameCheck {
    /// Up to this number every name is compared with every other, which is faster than hashing. Above it, or if names
    /// have to be decoded first, a hash table keeps the time linear.
    private static let fewNames = 16

    /// The tape indices of names that occurred before, in document order.
    static func repeats(in object: Int, _ nodes: Span<Node>, _ bytes: Span<UInt8>) -> [Int] {
        Int(nodes[object].count) <= fewNames && !hasEscapes(object, nodes)
            ? compareAll(object, nodes, bytes) : compareHashed(object, nodes, bytes)
    }

    private static func hasEscapes(_ object: Int, _ nodes: Span<Node>) -> Bool {
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            if nodes[name].isEscaped { return true }
            name = Int(nodes[name + 1].next)
        }
        return false
    }

    private static func compareAll(_ object: Int, _ nodes: Span<Node>, _ bytes: Span<UInt8>) -> [Int] {
        var repeats: [Int] = []
        // The length and first bytes of each name distinguish nearly all names.
        var marks = InlineArray<16, UInt64>(repeating: 0)
        var places = InlineArray<16, Int>(repeating: 0)
        // A bit for each mark. While it is not set, no earlier name has that mark.
        var seen: UInt64 = 0
        var count = 0
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            let mark = bytes.extracting(Int(nodes[name].start)..<Int(nodes[name].end)).mark
            let bit: UInt64 = 1 << (mark >> 58)
            if seen & bit != 0 {
                for index in 0..<count where marks[index] == mark {
                    guard isSame(places[index], name, nodes, bytes) else { continue }
                    repeats.append(name)
                    break
                }
            }
            seen |= bit
            (marks[count], places[count]) = (mark, name)
            count += 1
            name = Int(nodes[name + 1].next)
        }
        return repeats
    }

    /// A hash table with open addressing over tape indices. The hash is SipHash with a key of this process, so that
    /// senders cannot choose colliding names.
    private static func compareHashed(_ object: Int, _ nodes: Span<Node>, _ bytes: Span<UInt8>) -> [Int] {
        var capacity = 32
        while capacity < 2 * Int(nodes[object].count) { capacity *= 2 }
        var slots = [UInt32](repeating: Node.none, count: capacity)
        var repeats: [Int] = []
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            var slot = hash(name, nodes, bytes) & (capacity - 1)
            while slots[slot] != Node.none, !isSame(Int(slots[slot]), name, nodes, bytes) {
                slot = (slot + 1) & (capacity - 1)
            }
            if slots[slot] == Node.none { slots[slot] = UInt32(name) } else { repeats.append(name) }
            name = Int(nodes[name + 1].next)
        }
        return repeats
    }

    private static func isSame(_ first: Int, _ second: Int, _ nodes: Span<Node>, _ bytes: Span<UInt8>) -> Bool {
        let (one, other) = (nodes[first], nodes[second])
        if !one.isEscaped, !other.isEscaped {
            return bytes.extracting(one.content).isEqual(to: bytes.extracting(other.content))
        }
        return Text.withUTF8(bytes, of: one) { one in
            Text.withUTF8(bytes, of: other) { one.isEqual(to: $0) }
        }
    }

    private static func hash(_ name: Int, _ nodes: Span<Node>, _ bytes: Span<UInt8>) -> Int {
        Text.withUTF8(bytes, of: nodes[name]) { text in
            var hasher = Hasher()
            var place = 0
            while place + 8 <= text.count {
                hasher.combine(text.word(at: place))
                place += 8
            }
            hasher.combine(text.extracting(place..<text.count).prefixWord)
            hasher.combine(text.count)
            return hasher.finalize()
        }
    }
}
