package import Audit
import JSON
package import Postgres

/// The calls that a filter admits as one file, made a piece at a time: its memory does not grow with it.
package struct TrailExport: Sendable {
    /// How a file is written.
    package enum Format: String, Sendable, CaseIterable {
        /// A JSON object a line, as the list gives it.
        case ndjson
        /// A line a call, for spreadsheets.
        case csv
    }

    /// The most bytes of texts in one piece; a single call may have more.
    static let maximumTextBytes = 4 << 20

    /// Calls written so far.
    package private(set) var rowCount = 0

    private var scan: TrailScan
    private let format: Format
    private let include: TrailInclude
    private var hasBegun = false
    private var waiting: ArraySlice<TrailRow> = []
    private var notes: [CallID: [Note]] = [:]

    /// An export of what `scan` finds.
    package init(_ scan: TrailScan, as format: Format, include: TrailInclude) {
        self.scan = scan
        self.format = format
        self.include = include
    }

    /// The next bytes of the file, perhaps none of them yet; nil at the end.
    package mutating func next(from reader: TrailReader) async throws(PostgresError) -> [UInt8]? {
        if waiting.isEmpty {
            guard let page = try await scan.next(from: reader) else { return hasBegun ? nil : bytes(of: []) }
            waiting = page[...]
            notes = try await reader.notes(of: page)
        }
        let texts = try await reader.texts(
            of: Array(waiting), include, maximumBytes: Self.maximumTextBytes)
        let records = zip(waiting, texts).map { row, texts in
            TrailRecord(row: row, notes: notes[row.id] ?? [], texts: texts, include: include)
        }
        waiting = waiting.dropFirst(records.count)
        rowCount += records.count
        return bytes(of: records)
    }

    private mutating func bytes(of records: [TrailRecord]) -> [UInt8] {
        defer { hasBegun = true }
        switch format {
        case .ndjson:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(records.count * 640)
            var json = JSONWriter(capacity: 1024)
            for record in records {
                json.removeAll()
                record.write(to: &json)
                bytes += json.bytes
                bytes.append(10)
            }
            return bytes
        case .csv:
            var csv = CSVWriter(capacity: 256 + records.count * 320)
            if !hasBegun {
                csv.byteOrderMark()
                for column in TrailRecord.columns(include) { csv.cell(own: column) }
                csv.endRow()
            }
            for record in records { record.write(to: &csv) }
            return csv.bytes
        }
    }
}
