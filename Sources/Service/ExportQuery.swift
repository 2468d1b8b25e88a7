import Audit
import Problems
import Relay
import TOP

/// What `GET /v1/audit/export` was asked for.
struct ExportQuery: Sendable {
    static let names = AuditQuery.listNames.subtracting(["cursor"]).union(["format"])

    /// The largest `limit`.
    private static let maximumLimit = 1_000_000_000

    var filter: TrailFilter
    let format: TrailExport.Format
    let include: TrailInclude
    /// The most calls; nil: all.
    let limit: Int?

    /// Reads a query; without `format` it is NDJSON.
    init(_ query: QueryString) throws(Problem) {
        try query.check(allowed: Self.names)
        guard let format = TrailExport.Format(rawValue: query["format"] ?? "ndjson") else {
            throw Problem(.malformedRequest, "format must be ndjson or csv.")
        }
        self.format = format
        include = try AuditQuery.include(query)
        limit = try AuditQuery.number("limit", in: 1...Self.maximumLimit, query)
        filter = try AuditQuery.filter(query, isList: false)
    }

    /// The header fields of the file.
    /// - Parameter startMilliseconds: when the export began; it is part of the file's name.
    func headers(startMilliseconds: Int64) -> [(String, String)] {
        let type = format == .csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"
        let time = TOPTime.rfc3339(epochMilliseconds: Int(startMilliseconds)).prefix(19)
            .filter { $0 != "-" && $0 != ":" }
        return [
            ("Content-Type", type),
            ("Content-Disposition", "attachment; filename=\"toprelay-calls-\(time)Z.\(format.rawValue)\""),
            ("Cache-Control", "no-store"),
            // A proxy that gathers answers on its disk would keep them there.
            ("X-Accel-Buffering", "no"),
        ]
    }
}
