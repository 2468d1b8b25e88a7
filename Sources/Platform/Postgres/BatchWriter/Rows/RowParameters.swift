internal import CLibpq

/// The fields of one row as libpq's parameters. Each connection of a writer has one instance.
final class RowParameters {
    private var values: [UnsafePointer<CChar>?]
    private var lengths: [Int32]
    private let formats: [Int32]

    /// - Parameter capacity: the largest number of fields in a row.
    init(capacity: Int) {
        values = .init(repeating: nil, count: capacity)
        lengths = .init(repeating: 0, count: capacity)
        formats = .init(repeating: 1, count: capacity)
    }

    /// Gives a prepared statement with a row to libpq, which copies the row. Returns false if libpq refuses.
    func send(_ row: EncodedRow, _ name: [CChar], _ handle: OpaquePointer) -> Bool {
        let count = row.fieldCount
        return row.withBytes { tuple in
            var place = 2
            for field in 0..<count {
                let length = Int32(bigEndian: tuple.loadUnaligned(fromByteOffset: place, as: Int32.self))
                place += 4
                lengths[field] = max(length, 0)
                values[field] =
                    length < 0 ? nil : tuple.baseAddress.map { ($0 + place).assumingMemoryBound(to: CChar.self) }
                place += Int(max(length, 0))
            }
            return PQsendQueryPrepared(handle, name, Int32(count), values, lengths, formats, 0) == 1
        }
    }
}
