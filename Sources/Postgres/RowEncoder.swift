/// Builds one row, field after field, in the binary form that both COPY and prepared INSERTs take.
///
/// Append exactly as many fields as the table's layout has columns, in their order and of their types: PostgreSQL
/// refuses the row otherwise.
public struct RowEncoder: Sendable {
    private let table: Int
    private var bytes: [UInt8]
    private var fields = 0

    /// Starts a row for a table of the writer, by its index.
    /// - Parameter capacity: the bytes that the row is expected to take; a good guess saves copies.
    public init(table: Int, capacity: Int = 256) {
        self.table = table
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes.append(0)
        bytes.append(0)
    }

    /// The finished row.
    public consuming func finish() -> EncodedRow {
        bytes[0] = UInt8(truncatingIfNeeded: fields >> 8)
        bytes[1] = UInt8(truncatingIfNeeded: fields)
        return EncodedRow(table: table, bytes: bytes)
    }

    /// NULL, for a column of any type.
    public mutating func null() {
        fields += 1
        appendInteger(Int32(-1))
    }

    /// A `uuid` from its two halves.
    public mutating func uuid(high: UInt64, low: UInt64) {
        beginField(length: 16)
        appendInteger(high)
        appendInteger(low)
    }

    /// A `uuid` from its 16 bytes; any other number of bytes gives NULL.
    public mutating func uuid(_ octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return null() }
        beginField(length: 16)
        bytes.append(contentsOf: octets)
    }

    /// A `timestamptz` from milliseconds since 1970-01-01 UTC.
    public mutating func timestamp(epochMilliseconds: Int64) {
        let millisecondsTo2000: Int64 = 946_684_800_000
        beginField(length: 8)
        appendInteger((epochMilliseconds - millisecondsTo2000) &* 1000)
    }

    /// A `smallint`.
    public mutating func int2(_ value: Int16) {
        beginField(length: 2)
        appendInteger(value)
    }

    /// An `integer`.
    public mutating func int4(_ value: Int32) {
        beginField(length: 4)
        appendInteger(value)
    }

    /// A `bigint`.
    public mutating func int8(_ value: Int64) {
        beginField(length: 8)
        appendInteger(value)
    }

    /// A `boolean`.
    public mutating func bool(_ value: Bool) {
        beginField(length: 1)
        bytes.append(value ? 1 : 0)
    }

    /// A `bytea`.
    public mutating func binary(_ value: some Collection<UInt8>) {
        beginField(length: value.count)
        bytes.append(contentsOf: value)
    }

    /// A `text` (or `varchar`, or an enum's label). NUL characters, which PostgreSQL cannot hold, become U+FFFD.
    public mutating func text(_ value: String) {
        fields += 1
        var value = value
        value.withUTF8 { appendText($0) }
    }

    /// A `text`, or NULL for nil.
    public mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    /// A `text` from bytes that should be UTF-8. NULs and what is not UTF-8 become U+FFFD.
    public mutating func text(utf8 value: [UInt8]) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0) }
    }

    /// A `text` from bytes that should be UTF-8. NULs and what is not UTF-8 become U+FFFD.
    public mutating func text(utf8 value: ArraySlice<UInt8>) {
        fields += 1
        value.withUnsafeBufferPointer { appendText($0) }
    }

    /// A `text[]`.
    public mutating func texts(_ values: [String]) {
        let start = beginArray(count: values.count, elementType: ElementType.text)
        for var value in values { value.withUTF8 { appendText($0) } }
        endField(startedAt: start)
    }

    /// A `bigint[]`.
    public mutating func int8s(_ values: [Int64]) {
        let start = beginArray(count: values.count, elementType: ElementType.int8)
        for value in values {
            appendInteger(Int32(8))
            appendInteger(value)
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
        appendInteger(Int32(truncatingIfNeeded: length))
    }

    /// Writes the head of a one-dimensional array whose length is not known yet.
    private mutating func beginArray(count: Int, elementType: Int32) -> Int {
        let start = bytes.count
        beginField(length: 0)
        appendInteger(Int32(count == 0 ? 0 : 1))  // dimensions
        appendInteger(Int32(0))  // no NULLs inside
        appendInteger(elementType)
        if count > 0 {
            appendInteger(Int32(truncatingIfNeeded: count))
            appendInteger(Int32(1))  // lower bound
        }
        return start
    }

    /// Fills in the length of the field whose length stands at `start`.
    private mutating func endField(startedAt start: Int) {
        let length = UInt32(truncatingIfNeeded: bytes.count - start - 4)
        bytes[start] = UInt8(truncatingIfNeeded: length >> 24)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 16)
        bytes[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[start + 3] = UInt8(truncatingIfNeeded: length)
    }

    /// Appends a length and a text that PostgreSQL takes.
    private mutating func appendText(_ utf8: UnsafeBufferPointer<UInt8>) {
        if TextRepair.isStorable(utf8) {
            appendInteger(Int32(truncatingIfNeeded: utf8.count))
            bytes.append(contentsOf: utf8)
        } else {
            let start = bytes.count
            appendInteger(Int32(0))
            TextRepair.append(utf8, to: &bytes)
            endField(startedAt: start)
        }
    }

    private mutating func appendInteger(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
