import Audit
import Postgres
package import Requests
package import Problems
import TOP

/// An export that its caller may have.
package struct AuthorizedExport: Sendable {
    let query: AuthorizedTrailQuery
    let format: TrailExport.Format
    let include: TrailInclude
    /// The most calls; nil: all.
    let limit: Int?

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

extension AuditHandlers {
    /// `GET /v1/audit/export`: what the caller may have. ``AuditExporter`` writes the file.
    package func export(_ request: AuthorizedRequest) async throws(Problem) -> AuthorizedExport {
        let query = try TrailQuery(request.query, catalog: request.catalog)
        let format = try request.query.value(of: AuditParameters.format) ?? .ndjson
        let include = try request.query.value(of: AuditParameters.include) ?? TrailInclude()
        let limit = try request.query.value(of: AuditParameters.exportLimit)
        let authorized = try await authorizing { () async throws(TrailReadError) in
            try await reader.authorize(query, for: request.access, keys: keys)
        }
        return AuthorizedExport(query: authorized, format: format, include: include, limit: limit)
    }
}
