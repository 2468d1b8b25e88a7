import TestSupport

extension Seeded {
    /// Bytes among which those that mean something in JSON and in URLs are frequent.
    mutating func bytes(count: Int) -> [UInt8] {
        let frequent = Array("\"\\%19 \n\u{0}\u{1F}".utf8) + [0x7F, 0x80, 0xE6, 0xFF]
        return (0..<count).map { _ in
            UInt8.random(in: 0..<4, using: &self) == 0
                ? frequent[Int.random(in: 0..<frequent.count, using: &self)] : UInt8.random(in: 0...255, using: &self)
        }
    }
}
