/// Bytes to search for, with the algorithm of Horspool.
///
/// The first byte must not occur a second time in the pattern. Then the time is linear in the length of the searched
/// bytes. For most bodies it is much less.
struct BytePattern {
    private let bytes: [UInt8]
    /// How far to move the pattern, by the byte under its last one.
    private let steps: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var steps = Array(repeating: bytes.count, count: 256)
        for (index, byte) in bytes.dropLast().enumerated() { steps[Int(byte)] = bytes.count - 1 - index }
        self.steps = steps
    }

    var count: Int { bytes.count }

    /// The first position of the pattern at or after an offset; nil if there is none.
    func find(in body: Span<UInt8>, from offset: Int) -> Int? {
        let pattern = bytes.span
        let steps = steps.span
        let last = pattern.count - 1
        var start = offset
        while start + last < body.count {
            if body[start] == pattern[0] {
                var matched = 1
                while matched <= last, body[start + matched] == pattern[matched] { matched += 1 }
                if matched > last { return start }
            }
            start += steps[Int(body[start + last])]
        }
        return nil
    }
}
