import Bytes
internal import Glibc

/// Builds one row, field by field, in the binary form of COPY and prepared INSERTs.
///
/// Append one field for each column of the table's layout, in its order and with its type. PostgreSQL refuses any other
/// row.
package struct RowEncoder: ~Copyable {
    private let table: Int
    // Storing fields in place costs a fraction of appending them to an array. `memory` is the start of `owned`, which
    // `grow` replaces.
    private var owned: RowMemory
    private var memory: UnsafeMutableRawPointer
    private var room: Int
    private var used = 2
    private var fields = 0

    /// Starts a row for one of the writer's tables.
    /// - Parameters:
    ///   - capacity: the expected size of the row in bytes. A good guess saves copies.
    ///   - pool: where memory comes from, and goes back to when the row is written.
    package init(table: Int, capacity: Int = 256, pool: RowPool? = nil) {
        self.table = table
        owned = pool?.take(room: max(capacity, 16)) ?? RowMemory(room: max(capacity, 16))
        room = owned.room
        memory = owned.start
    }

    /// The finished row.
    package consuming func finish() -> EncodedRow {
        store(Int16(truncatingIfNeeded: fields), at: 0)
        owned.count = used
        return EncodedRow(table: table, owned)
    }

    /// NULL, for a column of any type.
    package mutating func null() {
        fields += 1
        append(Int32(-1))
    }

    /// A `uuid` from its two halves.
    package mutating func uuid(high: UInt64, low: UInt64) {
        beginField(length: 16)
        append(high)
        append(low)
    }

    /// A `uuid` from its 16 bytes; any other number of bytes gives NULL.
    package mutating func uuid(_ octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return null() }
        binary(octets)
    }

    /// A `timestamptz` from milliseconds since 1970-01-01 UTC.
    package mutating func timestamp(epochMilliseconds: Int64) {
        let millisecondsTo2000: Int64 = 946_684_800_000
        field((epochMilliseconds - millisecondsTo2000) &* 1000)
    }

    /// A `smallint`.
    package mutating func int2(_ value: Int16) {
        field(value)
    }

    /// An `integer`.
    package mutating func int4(_ value: Int32) {
        field(value)
    }

    /// A `bigint`.
    package mutating func int8(_ value: Int64) {
        field(value)
    }

    /// A `boolean`.
    package mutating func bool(_ value: Bool) {
        field(value ? 1 : 0 as UInt8)
    }

    /// A `bytea`.
    package mutating func binary(_ value: some Collection<UInt8>) {
        beginField(length: value.count)
        guard value.withContiguousStorageIfAvailable({ append(UnsafeRawBufferPointer($0)) }) == nil else { return }
        Array(value).withUnsafeBytes { append($0) }
    }

    /// A `text`, a `varchar` or an enum label. PostgreSQL cannot store NUL characters, so they become U+FFFD.
    package mutating func text(_ value: String) {
        fields += 1
        appendText(value)
    }

    /// A `text`, or NULL for nil.
    package mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    /// A `text` from bytes in UTF-8. NUL and invalid bytes become U+FFFD.
    package mutating func text(utf8 value: [UInt8]) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0, isStorable: TextRepair.isStorable($0)) }
    }

    /// A `text` from bytes in UTF-8. NUL and invalid bytes become U+FFFD.
    package mutating func text(utf8 value: ArraySlice<UInt8>) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0, isStorable: TextRepair.isStorable($0)) }
    }

    /// A `text[]`.
    package mutating func texts(_ values: [String]) {
        let start = beginArray(count: values.count, elementType: ElementType.text)
        for value in values { appendText(value) }
        endField(startedAt: start)
    }

    /// A `bigint[]`.
    package mutating func int8s(_ values: [Int64]) {
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

    /// Writes the header of a one-dimensional array whose length is not known yet.
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

    /// Writes the length of the field that starts at `start`.
    private mutating func endField(startedAt start: Int) {
        store(Int32(truncatingIfNeeded: used - start - 4), at: start)
    }

    /// Appends a length and a text. A `String` is always valid UTF-8, so only NUL needs a check.
    private mutating func appendText(_ text: String) {
        text.withUTF8Span { span in
            span.withUnsafeBufferPointer { utf8 in
                let holdsNUL = utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
                appendText(utf8, isStorable: !holdsNUL)
            }
        }
    }

    /// Appends a length and a text. A text that PostgreSQL cannot store is repaired.
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

    /// Makes room for `count` more bytes.
    @inline(__always)
    private mutating func makeRoom(_ count: Int) {
        if used + count > room { grow(by: count) }
    }

    private mutating func grow(by count: Int) {
        room += max(count, room)
        let larger = RowMemory(room: room)
        larger.copy(from: memory, count: used, to: 0)
        owned = larger
        memory = larger.start
    }
}
