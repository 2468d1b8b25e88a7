internal import Glibc

/// Builds one row, field after field, in the binary form that both COPY and prepared INSERTs take.
///
/// Append exactly as many fields as the table's layout has columns, in their order and of their types: PostgreSQL
/// refuses the row otherwise.
public struct RowEncoder: ~Copyable {
    private let table: Int
    // Owned: made in init and `grow`, freed in deinit and `grow`. Fields are stored in their places, which costs a
    // fraction of what appending them to an array does.
    private var memory: UnsafeMutableRawPointer
    private var room: Int
    private var used = 2
    private var fields = 0

    /// Starts a row for a table of the writer, by its index.
    /// - Parameter capacity: the bytes that the row is expected to take; a good guess saves copies.
    public init(table: Int, capacity: Int = 256) {
        self.table = table
        room = max(capacity, 16)
        memory = .allocate(byteCount: room, alignment: MemoryLayout<UInt64>.alignment)
    }

    deinit {
        memory.deallocate()
    }

    /// The finished row.
    public consuming func finish() -> EncodedRow {
        store(Int16(truncatingIfNeeded: fields), at: 0)
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: used) { output in
            output.withUnsafeMutableBufferPointer { buffer, count in
                guard let target = buffer.baseAddress else { return }
                UnsafeMutableRawPointer(target).copyMemory(from: memory, byteCount: used)
                count = used
            }
        }
        return EncodedRow(table: table, bytes: bytes)
    }

    /// NULL, for a column of any type.
    public mutating func null() {
        fields += 1
        append(Int32(-1))
    }

    /// A `uuid` from its two halves.
    public mutating func uuid(high: UInt64, low: UInt64) {
        beginField(length: 16)
        append(high)
        append(low)
    }

    /// A `uuid` from its 16 bytes; any other number of bytes gives NULL.
    public mutating func uuid(_ octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return null() }
        binary(octets)
    }

    /// A `timestamptz` from milliseconds since 1970-01-01 UTC.
    public mutating func timestamp(epochMilliseconds: Int64) {
        let millisecondsTo2000: Int64 = 946_684_800_000
        field((epochMilliseconds - millisecondsTo2000) &* 1000)
    }

    /// A `smallint`.
    public mutating func int2(_ value: Int16) {
        field(value)
    }

    /// An `integer`.
    public mutating func int4(_ value: Int32) {
        field(value)
    }

    /// A `bigint`.
    public mutating func int8(_ value: Int64) {
        field(value)
    }

    /// A `boolean`.
    public mutating func bool(_ value: Bool) {
        field(value ? 1 : 0 as UInt8)
    }

    /// A `bytea`.
    public mutating func binary(_ value: some Collection<UInt8>) {
        beginField(length: value.count)
        guard value.withContiguousStorageIfAvailable({ append(UnsafeRawBufferPointer($0)) }) == nil else { return }
        Array(value).withUnsafeBytes { append($0) }
    }

    /// A `text` (or `varchar`, or an enum's label). NUL characters, which PostgreSQL cannot hold, become U+FFFD.
    public mutating func text(_ value: String) {
        fields += 1
        appendText(value)
    }

    /// A `text`, or NULL for nil.
    public mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    /// A `text` from bytes that should be UTF-8. NULs and what is not UTF-8 become U+FFFD.
    public mutating func text(utf8 value: [UInt8]) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0, isStorable: TextRepair.isStorable($0)) }
    }

    /// A `text` from bytes that should be UTF-8. NULs and what is not UTF-8 become U+FFFD.
    public mutating func text(utf8 value: ArraySlice<UInt8>) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0, isStorable: TextRepair.isStorable($0)) }
    }

    /// A `text[]`.
    public mutating func texts(_ values: [String]) {
        let start = beginArray(count: values.count, elementType: ElementType.text)
        for value in values { appendText(value) }
        endField(startedAt: start)
    }

    /// A `bigint[]`.
    public mutating func int8s(_ values: [Int64]) {
        let start = beginArray(count: values.count, elementType: ElementType.int8)
        for value in values {
            append(Int32(8))
            append(value)
        }
        endField(startedAt: start)
    }

    /// The OIDs of pg_type.dat, which never change.
    private enum ElementType {
        static let int8: Int32 = 20
        static let text: Int32 = 25
    }
}

extension RowEncoder {
    private mutating func beginField(length: Int) {
        fields += 1
        append(Int32(truncatingIfNeeded: length))
    }

    /// A field of one integer.
    private mutating func field<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        fields += 1
        let size = MemoryLayout<Value>.size
        makeRoom(4 + size)
        store(Int32(truncatingIfNeeded: size), at: used)
        store(value, at: used + 4)
        used += 4 + size
    }

    /// Writes the head of a one-dimensional array whose length is not known yet.
    private mutating func beginArray(count: Int, elementType: Int32) -> Int {
        let start = used
        beginField(length: 0)
        append(Int32(count == 0 ? 0 : 1))  // dimensions
        append(Int32(0))  // no NULLs inside
        append(elementType)
        if count > 0 {
            append(Int32(truncatingIfNeeded: count))
            append(Int32(1))  // lower bound
        }
        return start
    }

    /// Fills in the length of the field whose length stands at `start`.
    private mutating func endField(startedAt start: Int) {
        store(Int32(truncatingIfNeeded: used - start - 4), at: start)
    }

    /// Appends a length and a text. A `String` is valid UTF-8 whatever it was made of, so only NULs are looked for.
    private mutating func appendText(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { utf8 in
            let holdsNUL = utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
            appendText(utf8, isStorable: !holdsNUL)
        }
    }

    /// Appends a length and a text, which is repaired where PostgreSQL would not take it.
    private mutating func appendText(_ utf8: UnsafeBufferPointer<UInt8>, isStorable: Bool) {
        if isStorable {
            append(Int32(truncatingIfNeeded: utf8.count))
            append(UnsafeRawBufferPointer(utf8))
        } else {
            var repaired: [UInt8] = []
            TextRepair.append(utf8, to: &repaired)
            append(Int32(truncatingIfNeeded: repaired.count))
            repaired.withUnsafeBytes { append($0) }
        }
    }

    private mutating func append(_ raw: UnsafeRawBufferPointer) {
        makeRoom(raw.count)
        if let base = raw.baseAddress { (memory + used).copyMemory(from: base, byteCount: raw.count) }
        used += raw.count
    }

    @inline(__always)
    private mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        makeRoom(MemoryLayout<Value>.size)
        store(value, at: used)
        used += MemoryLayout<Value>.size
    }

    @inline(__always)
    private func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at place: Int) {
        memory.storeBytes(of: value.bigEndian, toByteOffset: place, as: Value.self)
    }

    /// Sees to it that so many bytes can be stored behind those that are used.
    @inline(__always)
    private mutating func makeRoom(_ count: Int) {
        if used + count > room { grow(by: count) }
    }

    private mutating func grow(by count: Int) {
        room += max(count, room)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: MemoryLayout<UInt64>.alignment)
        larger.copyMemory(from: memory, byteCount: used)
        memory.deallocate()
        memory = larger
    }
}
