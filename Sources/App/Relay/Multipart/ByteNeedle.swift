/// Bytes that are looked for in many others. The first of them occurs nowhere else among them, so that the time is
/// linear in the length of what is searched, whatever it holds; in most bodies it is a fraction of it.
struct ByteNeedle {
    private let bytes: [UInt8]
    /// How far to go on, by the byte under the needle's last one.
    private let steps: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var steps = Array(repeating: bytes.count, count: 256)
        for (index, byte) in bytes.dropLast().enumerated() { steps[Int(byte)] = bytes.count - 1 - index }
        self.steps = steps
    }

    var count: Int { bytes.count }

    /// Where the needle first stands at or after an offset; nil if it does not.
    func find(in body: Span<UInt8>, from offset: Int) -> Int? {
        let needle = bytes.span
        let steps = steps.span
        let last = needle.count - 1
        var start = offset
        while start + last < body.count {
            if body[start] == needle[0] {
                var matched = 1
                while matched <= last, body[start + matched] == needle[matched] { matched += 1 }
                if matched > last { return start }
            }
            start += steps[Int(body[start + last])]
        }
        return nil
    }
}
