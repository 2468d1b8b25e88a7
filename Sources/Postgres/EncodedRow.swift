/// A row as binary COPY takes it: a 16-bit count of fields, and for each field a 32-bit length (-1 for NULL) and its
/// bytes, all in network byte order. Made by `RowEncoder`.
public struct EncodedRow: Sendable, Equatable {
    /// Which of the writer's tables the row is for.
    public let table: Int
    /// The tuple.
    public let bytes: [UInt8]

    init(table: Int, bytes: [UInt8]) {
        self.table = table
        self.bytes = bytes
    }

    /// The number of fields that the tuple says to have.
    var fieldCount: Int { bytes.count < 2 ? 0 : Int(bytes[0]) << 8 | Int(bytes[1]) }

    /// The row with NULL in the fields that `drops` names.
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
