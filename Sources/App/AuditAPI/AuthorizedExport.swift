import Audit
import Postgres
package import Requests
package import Problems
import TOP
import Time

/// An export that its caller may read.
package struct AuthorizedExport: Sendable {
    let query: AuthorizedTrailQuery
    let format: TrailExport.Format
    let include: TrailInclude
    /// The maximum number of calls; nil for all.
    let limit: Int?

    /// The header fields of the file.
    /// - Parameter startMilliseconds: when the export began, in milliseconds since 1970. It is part of the file's name.
    func headers(startMilliseconds: Int64) -> [(String, String)] {
        let type = format == .csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"
        let time = RFC3339.text(epochMilliseconds: startMilliseconds).prefix(19)
            .filter { $0 != "-" && $0 != ":" }
        return [
            ("Content-Type", type),
            ("Content-Disposition", "attachment; filename=\"toprelay-calls-\(time)Z.\(format.rawValue)\""),
            ("Cache-Control", "no-store"),
            // A proxy that buffers responses on its disk would leave them there.
            ("X-Accel-Buffering", "no"),
        ]
    }
}

extension AuditHandlers {
    /// `GET /v1/audit/export`: authorizes the export. ``AuditExporter`` writes the file.
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
