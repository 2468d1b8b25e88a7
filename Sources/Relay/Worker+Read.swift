public import Audit
public import Catalog
import JSON
import TOP
import Postgres
public import Vault

extension Worker {
    /// The caller behind an `Authorization` header, when its token has the scope.
    public func authorize(_ authorization: String?, for scope: Scope) throws(Problem) -> AccessToken {
        let vault = try currentVault()
        let token: AccessToken
        do {
            token = try vault.authenticate(authorization: authorization, now: settings.wallClock())
        } catch {
            meters.refused(.unauthenticated)
            throw Problem(error)
        }
        guard token.allows(scope) else {
            meters.refused(.forbidden)
            throw Problem(.forbidden, "The token \(token.name) lacks the scope \(scope.rawValue).")
        }
        return token
    }

    /// One page of everybody's calls, with the texts that are asked for.
    public func calls(_ filter: TrailFilter, withRequest: Bool, withResponse: Bool) async throws(Problem) -> Reply {
        var filter = filter
        if filter.key != nil {
            let keys = try currentVault().keys(.fingerprint)
            filter.resolveKey(with: keys.map { FingerprintKey(version: $0.version, secret: $0.secret) })
        }
        do {
            let page = try await reader.list(filter)
            var json = JSONWriter(capacity: 512 + page.rows.count * 512)
            json.beginObject()
            json.name("data")
            json.beginArray()
            let notes = try await reader.notes(of: page.rows.map(\.id))
            for row in page.rows {
                try await write(
                    row, notes: notes[row.id] ?? [], withRequest: withRequest, withResponse: withResponse, to: &json)
            }
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
            throw Self.unreadable(error)
        }
    }

    /// One call of anybody, with the texts that are asked for.
    public func call(_ id: CallID, withRequest: Bool, withResponse: Bool) async throws(Problem) -> Reply {
        do {
            guard let row = try await reader.call(id) else { throw Self.noSuchCall() }
            var json = JSONWriter(capacity: 2048)
            let notes = try await reader.notes(of: [id])
            try await write(
                row, notes: notes[id] ?? [], withRequest: withRequest, withResponse: withResponse, to: &json)
            return .json(json.bytes)
        } catch let problem as Problem {
            throw problem
        } catch let error as PostgresError {
            throw Self.unreadable(error)
        } catch {
            throw Problem(.internalError, "The trail cannot be read.")
        }
    }

    /// A call that the token's owner made, as its answer said it or as it stands now. Another caller's call does not exist for it.
    public func ownCall(_ id: CallID, of token: AccessToken, catalog: Catalog) async throws(Problem) -> Reply {
        do {
            guard let row = try await reader.call(id), row.caller == token.name else { throw Self.noSuchCall() }
            let answer = row.status == 200 ? try await reader.response(of: id) : nil
            let result = answer.flatMap { Self.plainResult(of: $0, method: row.method, catalog: catalog) }
            var json = JSONWriter(capacity: 512)
            row.write(to: &json) { json in
                guard let result else { return }
                json.name("result")
                json.raw(result)
            }
            return .json(json.bytes)
        } catch let problem as Problem {
            throw problem
        } catch let error as PostgresError {
            throw Self.unreadable(error)
        } catch {
            throw Problem(.internalError, "The trail cannot be read.")
        }
    }

    /// The result of a call out of its kept answer; nil when that cannot be read (any longer).
    private static func plainResult(of answer: String, method: String, catalog: Catalog) -> [UInt8]? {
        guard let entry = catalog.entry(method: method),
            case .response(let inner) = Answer.read(Array(answer.utf8), method: method)
        else {
            return nil
        }
        return entry.plainResult(inner)
    }

    private func write(
        _ row: TrailRow, notes: [Note], withRequest: Bool, withResponse: Bool, to json: inout JSONWriter
    ) async throws(PostgresError) {
        let request = withRequest ? try await reader.request(of: row.id) : nil
        let response = withResponse ? try await reader.response(of: row.id) : nil
        row.write(to: &json) { json in
            json.name("settled")
            if let settled = notes.last(where: { $0.settles != nil })?.settles {
                json.string(settled.rawValue)
            } else {
                json.null()
            }
            json.name("notes")
            json.beginArray()
            for note in notes { note.write(to: &json) }
            json.endArray()
            if withRequest { Self.write("request", request, to: &json) }
            if withResponse { Self.write("response", response, to: &json) }
        }
    }

    private static func write(_ name: String, _ value: String?, to json: inout JSONWriter) {
        json.name(name)
        if let value { json.string(value) } else { json.null() }
    }

    private static func noSuchCall() -> Problem { Problem(.notFound, "There is no such call.") }

    static func unreadable(_ error: PostgresError) -> Problem {
        Problem(
            .auditUnavailable, "The audit trail cannot be read now: \(error)", retryable: true, retryAfterSeconds: 1)
    }
}
