import Bytes

/// Finds a field's index by the UTF-8 bytes of a name. It is an open hash table that is filled once. A lookup does not
/// make a `String`.
///
/// It stores documented names only, so hostile names can collide with few.
struct NameTable: Sendable {
    /// The entry of a name.
    struct Match: Sendable, Equatable {
        let index: Int
        /// Whether it is the name itself and not another spelling.
        let isDocumented: Bool
    }

    private struct Name: Sendable {
        let match: Match
        let start: Int
        let count: Int
    }

    private var slots: [Int32]
    private var names: [Name] = []
    /// All names, concatenated.
    private var bytes: [UInt8] = []
    private let mask: Int

    init(capacity: Int) {
        var size = 8
        while size < capacity * 3 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        mask = size - 1
    }

    /// Stores a name. An existing one stays.
    mutating func insert(_ text: String, index: Int, isDocumented: Bool = true) {
        let name = Array(text.utf8)
        var place = Self.hash(name.span) & mask
        while slots[place] >= 0 {
            if isStored(name.span, at: names[Int(slots[place])]) { return }
            place = (place + 1) & mask
        }
        slots[place] = Int32(names.count)
        let match = Match(index: index, isDocumented: isDocumented)
        names.append(Name(match: match, start: bytes.count, count: name.count))
        bytes += name
    }

    /// The entry of a name; nil for an unknown one.
    func match(_ name: Span<UInt8>) -> Match? {
        var place = Self.hash(name) & mask
        while slots[place] >= 0 {
            let stored = names[Int(slots[place])]
            if isStored(name, at: stored) { return stored.match }
            place = (place + 1) & mask
        }
        return nil
    }

    private func isStored(_ name: Span<UInt8>, at stored: Name) -> Bool {
        stored.count == name.count
            && bytes.span.extracting(stored.start..<(stored.start + stored.count)).isEqual(to: name)
    }

    private static func hash(_ name: Span<UInt8>) -> Int {
        Int(truncatingIfNeeded: name.mark >> 1)
    }
}
