/// Finds a field's index by the UTF-8 bytes of a name: an open hash table that is filled once, and asked without making
/// a `String`.
///
/// Only documented names are stored, so hostile names can collide with few of them at most.
struct NameTable: Sendable {
    private var slots: [Int32]
    private var names: [(bytes: [UInt8], index: Int)] = []
    private let mask: Int

    init(capacity: Int) {
        var size = 8
        while size < capacity * 3 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        mask = size - 1
    }

    /// Stores a name; false if it is there already.
    mutating func insert(_ name: String, index: Int) -> Bool {
        let bytes = Array(name.utf8)
        var place = Self.hash(bytes[...]) & mask
        while slots[place] >= 0 {
            if names[Int(slots[place])].bytes == bytes { return false }
            place = (place + 1) & mask
        }
        slots[place] = Int32(names.count)
        names.append((bytes, index))
        return true
    }

    /// The index stored for a name; nil for an unknown one.
    func index(of name: ArraySlice<UInt8>) -> Int? {
        var place = Self.hash(name) & mask
        while slots[place] >= 0 {
            let entry = names[Int(slots[place])]
            if entry.bytes.count == name.count, entry.bytes.elementsEqual(name) { return entry.index }
            place = (place + 1) & mask
        }
        return nil
    }

    /// FNV-1a.
    private static func hash(_ name: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 8 ^ hash) & Int.max
    }
}
