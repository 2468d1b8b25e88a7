/// A row in the form of binary COPY. A 16-bit count of fields comes first. Each field has a 32-bit length, which is -1
/// for NULL, and its bytes. All numbers are in network byte order. `RowEncoder` makes it.
package struct EncodedRow: Sendable, Equatable {
    /// The index of the row's table among the writer's tables.
    package let table: Int
    /// The tuple.
    package let bytes: [UInt8]

    init(table: Int, bytes: [UInt8]) {
        self.table = table
        self.bytes = bytes
    }

    /// The number of fields, as the tuple states it.
    var fieldCount: Int { bytes.count < 2 ? 0 : Int(bytes[0]) << 8 | Int(bytes[1]) }

    /// A copy of the row with NULL in the fields for which `drops` returns true.
    func dropping(_ drops: (Int) -> Bool) -> EncodedRow {
        var kept: [UInt8] = Array(bytes.prefix(2))
        kept.reserveCapacity(bytes.count)
        var place = 2
        for field in 0..<fieldCount {
            let length = Self.length(in: bytes, at: place)
            let end = place + 4 + max(length, 0)
            if drops(field) {
                kept.append(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF])
            } else {
                kept.append(contentsOf: bytes[place..<end])
            }
            place = end
        }
        return EncodedRow(table: table, bytes: kept)
    }

    private static func length(in bytes: [UInt8], at place: Int) -> Int {
        let bits =
            UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
            | UInt32(bytes[place + 3])
        return Int(Int32(bitPattern: bits))
    }
}
