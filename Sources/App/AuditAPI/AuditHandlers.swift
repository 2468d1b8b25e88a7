package import Audit
package import Crypto
import JSON
package import Logging
import Postgres
package import Problems
package import Requests
import TOP
import Telemetry
import Time

/// The handlers of the audit API: one function for each operation.
///
/// The module reads the audit trail, writes notes and unmasks requests, for HTTP clients and for the command line. It
/// may use Audit, Catalog, Vault and Problems. It must not know TOP's gateway or the path of a call.
package struct AuditHandlers {
    let reader: TrailReader
    let keys: [FingerprintKey]
    let masterKey: KeyRing?
    let logger: Logger
    let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - reader: a reader of the loop on which the handlers run.
    ///   - keys: every version of the fingerprint key.
    ///   - masterKey: the key that opens sealed requests.
    ///   - now: the time in milliseconds since 1970.
    package init(
        reader: TrailReader, keys: [FingerprintKey], masterKey: KeyRing?, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.reader = reader
        self.keys = keys
        self.masterKey = masterKey
        self.logger = logger
        self.now = now
    }

    /// `GET /v1/audit/calls`: one page of all callers' calls, with the texts that are asked for.
    package func calls(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let query = try TrailQuery(page: request.query, catalog: request.catalog)
        let include = try request.query.value(of: AuditParameters.include) ?? TrailInclude()
        let authorized = try await authorizing { () async throws(TrailReadError) in
            try await reader.authorize(query, for: request.access, keys: keys)
        }
        let (page, records) = try await reading { () async throws(PostgresError) in
            try await reader.records(authorized, include)
        }
        var json = JSONWriter(capacity: 512 + page.rows.count * 512)
        json.beginObject()
        json.name("data")
        json.beginArray()
        for record in records { record.write(to: &json) }
        json.endArray()
        json.name("pagination")
        json.beginObject()
        json.name("limit")
        json.integer(page.limit)
        json.nullable("next", page.next?.text)
        json.nullable("prev", page.previous?.text)
        json.nullable(
            "scanned_until", page.scannedUntil.map { RFC3339.text(epochMilliseconds: $0) })
        json.endObject()
        json.endObject()
        return .json(json.bytes)
    }

    /// `GET /v1/audit/calls/{id}`: one call of any caller, with the texts that are asked for.
    package func call(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let include = try request.query.value(of: AuditParameters.include) ?? TrailInclude()
        let row = try await row(of: request)
        let (record, openings) = try await reading { () async throws(PostgresError) in
            (try await reader.record(of: row, include), try await reader.unmaskEvents(of: row))
        }
        var json = JSONWriter(capacity: 2048)
        record.write(to: &json) { UnmaskEvent.write(openings, to: &$0) }
        return Reply.json(json.bytes).about(row.id.text, outcome: row.outcome)
    }

    /// `GET /v1/audit/refusals`: one page of rejected requests.
    package func refusals(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let query = try RejectedRequestQuery(page: request.query)
        let authorized = try await authorizing { () async throws(TrailReadError) in
            try AuthorizedRejectedRequestQuery(query, for: request.access)
        }
        let found = try await reading { () async throws(PostgresError) in try await reader.refusals(authorized) }
        let page = found.prefix(query.limit)
        var json = JSONWriter(capacity: 256 + page.count * 256)
        json.beginObject()
        json.name("data")
        json.beginArray()
        for refusal in page { refusal.write(to: &json) }
        json.endArray()
        json.name("pagination")
        json.beginObject()
        json.name("limit")
        json.integer(query.limit)
        json.nullable("next", found.count > query.limit ? page.last?.id.map { String($0) } : nil)
        json.endObject()
        json.endObject()
        return .json(json.bytes)
    }

    /// `GET /v1/audit/refusals/{id}`: one rejected request.
    package func refusal(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let reference = try request.refusalReference
        let found = try await authorizing { () async throws(TrailReadError) in
            try await reader.refusal(reference, for: request.access)
        }
        guard let found else {
            throw Problem(.notFound, "There is no such rejected request, or it is no longer kept.")
        }
        var json = JSONWriter(capacity: 1024)
        found.write(to: &json)
        return .json(json.bytes)
    }

    /// The call that the path names.
    /// - Throws: 404 for an unknown id, 403 for a call that the caller may not see.
    func row(of request: AuthorizedRequest) async throws(Problem) -> CallSummary {
        let id = try request.id
        let row = try await authorizing { () async throws(TrailReadError) in
            try await reader.call(id, for: request.access)
        }
        guard let row else { throw Problem(.notFound, "There is no such call.") }
        return row
    }

    /// Authorizes a read, and turns its errors into problems.
    func authorizing<Result>(
        _ authorize: () async throws(TrailReadError) -> Result
    ) async throws(Problem) -> Result {
        do throws(TrailReadError) { return try await authorize() } catch {
            switch error {
            case .forbidden(let text): throw Problem(.forbidden, text)
            case .database(let error): throw Self.unreadable(error, logger)
            }
        }
    }

    /// Reads the trail. Errors are logged; clients learn only that they can try again.
    func reading<Result>(_ read: () async throws(PostgresError) -> Result) async throws(Problem) -> Result {
        do throws(PostgresError) { return try await read() } catch { throw Self.unreadable(error, logger) }
    }

    /// Logs why the trail could not be read, and makes the problem for the client.
    static func unreadable(_ error: PostgresError, _ logger: Logger) -> Problem {
        logger.record(
            .warning, "Could not read the audit trail", [.sqlState: error.sqlState ?? "", .error: error.description])
        return .unreadableTrail
    }
}
