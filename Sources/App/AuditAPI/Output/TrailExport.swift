package import Audit
import JSON
package import Postgres

/// An export of calls as one file. It is made in pieces, so that its memory does not grow with the file.
package struct TrailExport: Sendable {
    /// The format of a file.
    package enum Format: String, Sendable, CaseIterable {
        /// One JSON object in each line, as in the list.
        case ndjson
        /// One call in each line, for spreadsheets.
        case csv
    }

    /// The maximum size of the texts of one piece in bytes. A single call may have more.
    static let maximumTextBytes = 4 << 20

    /// The number of calls written so far.
    package private(set) var rowCount = 0

    private var scan: ExportScan
    private let format: Format
    private let include: TrailInclude
    private var hasBegun = false
    private var waiting: ArraySlice<CallSummary> = []
    private var notes: [CallID: [Note]] = [:]

    /// Makes an export of the calls that `scan` finds.
    package init(_ scan: ExportScan, as format: Format, include: TrailInclude) {
        self.scan = scan
        self.format = format
        self.include = include
    }

    /// The next bytes of the file, possibly none; nil at the end.
    package mutating func next(from reader: TrailReader) async throws(PostgresError) -> [UInt8]? {
        if waiting.isEmpty {
            guard let page = try await scan.next(from: reader) else { return hasBegun ? nil : bytes(of: []) }
            waiting = page[...]
            notes = try await reader.notes(of: page)
        }
        let texts = try await reader.texts(
            of: Array(waiting), include, maximumBytes: Self.maximumTextBytes)
        let records = zip(waiting, texts).map { row, texts in
            CallDetail(row: row, notes: notes[row.id] ?? [], texts: texts, include: include)
        }
        waiting = waiting.dropFirst(records.count)
        rowCount += records.count
        return bytes(of: records)
    }

    private mutating func bytes(of records: [CallDetail]) -> [UInt8] {
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
                for column in CallDetail.columns(include) { csv.cell(own: column) }
                csv.endRow()
            }
            for record in records { record.write(to: &csv) }
            return csv.bytes
        }
    }
}
