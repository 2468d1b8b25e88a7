/// A row in the form of binary COPY. A 16-bit count of fields comes first. Each field has a 32-bit length, which is -1
/// for NULL, and its bytes. All numbers are in network byte order. `RowEncoder` makes it.
package struct EncodedRow: Sendable, Equatable {
    /// The index of the row's table among the writer's tables.
    package let table: Int
    private var memory: RowMemory

    init(table: Int, _ memory: RowMemory) {
        self.table = table
        self.memory = memory
    }

    init(table: Int, bytes: [UInt8]) {
        let memory = RowMemory(room: bytes.count)
        bytes.withUnsafeBytes { if let base = $0.baseAddress { memory.copy(from: base, count: $0.count, to: 0) } }
        memory.count = bytes.count
        self.init(table: table, memory)
    }

    /// A copy of the tuple.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// The size of the tuple.
    var byteCount: Int { memory.count }

    /// Hands out the tuple in place.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(memory) { body(UnsafeRawBufferPointer(start: memory.start, count: memory.count)) }
    }

    /// Gives the memory to a pool, unless somebody else has the row. The row must not be used afterwards.
    mutating func giveMemory(to pool: RowPool) {
        if isKnownUniquelyReferenced(&memory) { pool.put(memory) }
    }

    /// The number of fields, as the tuple states it.
    var fieldCount: Int {
        withBytes { $0.count < 2 ? 0 : Int($0[0]) << 8 | Int($0[1]) }
    }

    /// A copy of the row with NULL in the fields for which `drops` returns true.
    func dropping(_ drops: (Int) -> Bool) -> EncodedRow {
        let bytes = bytes
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

    /// Whether two rows of the same table have the same fields.
    package static func == (one: EncodedRow, other: EncodedRow) -> Bool {
        one.table == other.table && one.bytes == other.bytes
    }

    private static func length(in bytes: [UInt8], at place: Int) -> Int {
        let bits =
            UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
            | UInt32(bytes[place + 3])
        return Int(Int32(bitPattern: bits))
    }
}
