package import Audit
package import Catalog
import Logging
import Postgres
package import Problems
import Telemetry
package import Vault

extension Worker {
    /// A call that the token's owner made, as its response said it or as it stands now.
    package func ownCall(_ id: CallID, of token: AccessToken, catalog: Catalog) async throws(Problem) -> Reply {
        let row: CallSummary
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
        return .json(OwnCall(row: row, answer: answer, entry: catalog.entry(method: row.method)).document)
    }

    private static var noSuchCall: Problem { Problem(.notFound, "There is no such call.") }

    /// Reads the audit trail on the worker's loop.
    package var trailReader: TrailReader { reader }

    /// Every version of the key that makes fingerprints of business keys.
    package func fingerprintKeys() throws(Problem) -> [FingerprintKey] {
        try currentVault().keys(.fingerprint).map { FingerprintKey(version: $0.version, secret: $0.secret) }
    }
}
