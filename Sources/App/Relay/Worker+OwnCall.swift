package import Audit
package import Catalog
import Logging
import Postgres
package import Problems
import TOP
import Telemetry
package import Vault

extension Worker {
    /// A call that the token's owner made, as its response said it or as it stands now.
    package func ownCall(_ id: CallID, of token: AccessToken, catalog: Catalog) async throws(Problem) -> Reply {
        let row: TrailRow
        let answer: String?
        do throws(PostgresError) {
            guard let found = try await reader.ownCall(id, of: token) else { return Self.noSuchCall.reply }
            row = found
            answer = row.status == nil ? nil : try await reader.response(of: row)
        } catch {
            logger.record(
                .warning, "The audit trail cannot be read",
                [.call: id.text, .sqlState: error.sqlState ?? "", .error: error.description])
            throw .unreadableTrail
        }
        return .json(OwnCall(
                row: row, answer: answer, form: responseForm(of: row), entry: catalog.entry(method: row.method)
            ).document)
    }

    /// Where the response stands in the answer to a call. An app that is gone counts as one of TOP itself.
    private func responseForm(of row: TrailRow) -> ResponseForm {
        vault?.app(named: row.app)?.addressing.responseForm ?? .wrapped
    }

    private static var noSuchCall: Problem { Problem(.notFound, "There is no such call.") }

    /// Reads the audit trail on the worker's loop.
    package var trailReader: TrailReader { reader }

    /// Every version of the key that makes fingerprints of business keys.
    package func fingerprintKeys() throws(Problem) -> [FingerprintKey] {
        try currentVault().keys(.fingerprint).map { FingerprintKey(version: $0.version, secret: $0.secret) }
    }
}
