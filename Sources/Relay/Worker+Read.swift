public import Audit
public import Catalog
import JSON
public import Logging
public import Postgres
public import Problems
import TOP
import Telemetry
public import Vault

extension Worker {
    /// One page of everybody's calls, with the texts that are asked for.
    public func calls(
        _ filter: TrailFilter, _ include: TrailInclude, for token: AccessToken
    ) async throws(Problem) -> Reply {
        let filter = try await readable(filter, by: token)
        do {
            let (page, records) = try await reader.records(filter, include)
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
            Self.write("next", page.next?.text, to: &json)
            Self.write("prev", page.previous?.text, to: &json)
            let scanned = page.scannedUntil.map { TOPTime.rfc3339(epochMilliseconds: Int($0)) }
            Self.write("scanned_until", scanned, to: &json)
            json.endObject()
            json.endObject()
            return .json(json.bytes)
        } catch {
            throw Self.unreadable(error, logger)
        }
    }

    /// A filter within what a token may read, with the fingerprints under which a business key is searched.
    public func readable(_ filter: TrailFilter, by token: AccessToken) async throws(Problem) -> TrailFilter {
        var filter = try filter.narrowed(to: token)
        if let id = filter.siblingOf { try await checkMayRead(id, token) }
        guard filter.key != nil else { return filter }
        let keys = try currentVault().keys(.fingerprint)
        filter.resolveKey(with: keys.map { FingerprintKey(version: $0.version, secret: $0.secret) })
        return filter
    }

    /// Refuses a call that there is and that the token is not for.
    private func checkMayRead(_ id: CallID, _ token: AccessToken) async throws(Problem) {
        if token.apps.isEmpty, token.methods.isEmpty { return }
        let row: TrailRow?
        do { row = try await reader.call(id) } catch { throw Self.unreadable(error, logger) }
        if let row { try token.checkMayRead(row) }
    }

    /// One call of anybody, with the texts that are asked for.
    public func call(_ id: CallID, _ include: TrailInclude, for token: AccessToken) async throws(Problem) -> Reply {
        let found: TrailRecord?
        let openings: [Opening]
        do {
            found = try await reader.record(id, include)
            openings = try await reader.openings(of: id)
        } catch {
            throw Self.unreadable(error, logger)
        }
        guard let found else { throw Self.noSuchCall() }
        try token.checkMayRead(found.row)
        var json = JSONWriter(capacity: 2048)
        found.write(to: &json) { Opening.write(openings, to: &$0) }
        return .json(json.bytes)
    }

    /// A call that the token's owner made, as its answer said it or as it stands now. Another caller's call does not exist for it.
    public func ownCall(_ id: CallID, of token: AccessToken, catalog: Catalog) async throws(Problem) -> Reply {
        do {
            guard let row = try await reader.call(id), row.caller == token.name else { throw Self.noSuchCall() }
            let answer = row.status == nil ? nil : try await reader.response(of: id)
            return .json(OwnCall(row: row, answer: answer, entry: catalog.entry(method: row.method)).document)
        } catch let problem as Problem {
            throw problem
        } catch let error as PostgresError {
            throw Self.unreadable(error, logger)
        } catch {
            throw Problem(.internalError, "The trail cannot be read.")
        }
    }

    private static func write(_ name: String, _ value: String?, to json: inout JSONWriter) {
        json.name(name)
        if let value { json.string(value) } else { json.null() }
    }

    private static func noSuchCall() -> Problem { Problem(.notFound, "There is no such call.") }

    /// What a client is told when the trail cannot be read; why is for the log.
    public static func unreadable(_ error: PostgresError, _ logger: Logger) -> Problem {
        logger.record(
            .warning, "The audit trail cannot be read", [.sqlState: error.sqlState ?? "", .error: error.description])
        return Problem(
            .auditUnavailable, "The audit trail cannot be read now. Try again soon.", retryable: true,
            retryAfterSeconds: 1)
    }
}
