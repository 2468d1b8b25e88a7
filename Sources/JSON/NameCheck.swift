/// Finds the member names that an object repeats, comparing what they decode to, byte by byte.
///
/// Swift's `String` comparison would not do: it takes "é" in its two Unicode spellings for one name.
struct NameCheck {
    let bytes: [UInt8]
    let nodes: [Node]
    let object: Int

    /// Up to here every name is compared with every other, which is faster than hashing them; beyond, or where names
    /// must be decoded first, a hash table keeps the time linear.
    private static let fewNames = 16

    /// The tape indices of names that occurred before, in document order.
    func repeats() -> [Int] {
        Int(nodes[object].count) <= Self.fewNames && !hasEscapes ? compareAll() : compareHashed()
    }

    private var hasEscapes: Bool {
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            if nodes[name].isEscaped { return true }
            name = Int(nodes[name + 1].next)
        }
        return false
    }

    private func compareAll() -> [Int] {
        var repeats: [Int] = []
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            var earlier = object + 1
            while earlier < name {
                if isSame(earlier, name) {
                    repeats.append(name)
                    break
                }
                earlier = Int(nodes[earlier + 1].next)
            }
            name = Int(nodes[name + 1].next)
        }
        return repeats
    }

    /// Open addressing over tape indices. The hash is SipHash under a key of this process, so nobody can choose names
    /// that collide.
    private func compareHashed() -> [Int] {
        var capacity = 32
        while capacity < 2 * Int(nodes[object].count) { capacity *= 2 }
        var slots = [UInt32](repeating: Node.none, count: capacity)
        var repeats: [Int] = []
        let end = Int(nodes[object].next)
        var name = object + 1
        while name < end {
            var slot = hash(name) & (capacity - 1)
            while slots[slot] != Node.none, !isSame(Int(slots[slot]), name) { slot = (slot + 1) & (capacity - 1) }
            if slots[slot] == Node.none { slots[slot] = UInt32(name) } else { repeats.append(name) }
            name = Int(nodes[name + 1].next)
        }
        return repeats
    }

    private func isSame(_ first: Int, _ second: Int) -> Bool {
        let (one, other) = (nodes[first], nodes[second])
        if one.isEscaped || other.isEscaped { return text(first) == text(second) }
        let length = one.end - one.start
        guard length == other.end - other.start else { return false }
        for offset in 0..<Int(length) where bytes[Int(one.start) + offset] != bytes[Int(other.start) + offset] {
            return false
        }
        return true
    }

    private func hash(_ name: Int) -> Int {
        var hasher = Hasher()
        var word: UInt64 = 0
        var filled = 0
        for byte in text(name) {
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled & 7 == 0 { hasher.combine(word) }
        }
        hasher.combine(word)
        hasher.combine(filled)
        return hasher.finalize()
    }

    private func text(_ name: Int) -> ArraySlice<UInt8> {
        Text.utf8(bytes, of: nodes[name])
    }
}
