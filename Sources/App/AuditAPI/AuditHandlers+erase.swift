package import Audit
import Catalog
package import JSON
import Logging
import Masking
import Postgres
package import Problems
package import Requests
import Telemetry
import Vault

extension AuditHandlers {
    /// `POST /v1/audit/erase`: removes the bodies of all calls with a business key, for
    /// `{"key":"NAME:VALUE","reason":"…","dry_run":false}`.
    package func erase(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let caller = request.caller
        guard caller.apps.isEmpty, caller.methods.isEmpty, caller.sellers.isEmpty else {
            throw Problem(
                .forbidden,
                "The token \(caller.name) is limited to apps, methods or sellers. Erasing takes an unlimited one.")
        }
        let (key, reason, isDryRun) = try Self.readErasure(request.body, request.catalog)
        let erasure = Erasure(key: key, keys: keys, by: request.caller.name, because: reason)
        let result = try await reading { () async throws(PostgresError) in
            isDryRun ? try await reader.count(erasure) : try await reader.erase(erasure)
        }
        if !isDryRun {
            logger.record(
                .notice, "Erased the bodies of calls", [.caller: request.caller.name, .count: "\(result.calls)"])
        }
        var json = JSONWriter()
        result.write(to: &json)
        return .json(json.bytes)
    }

    private static func readErasure(
        _ body: [UInt8], _ catalog: Catalog
    ) throws(Problem) -> (key: (name: String, value: String), reason: String, isDryRun: Bool) {
        let root = try AuditBody.object(body)
        for member in root.members where !["key", "reason", "dry_run"].contains(member.name) {
            throw Problem(
                .invalidParameters,
                "\"\(member.name.prefix(64))\" is not a member of an erasure. Its members are key, reason and dry_run.")
        }
        guard let text = root["key"]?.string, !text.contains("\0"), let given = TrailQuery.key(text) else {
            throw Problem(.invalidParameters, "key must be a business key's NAME:VALUE, such as channel_profile_id:1.")
        }
        guard let name = catalog.businessKey(named: given.name) else {
            throw Problem(
                .invalidParameters, "key: \"\(given.name.prefix(64))\" is not a business key of the catalog.")
        }
        guard let reason = Erasure.reason(root["reason"]?.string) else {
            throw Problem(
                .invalidParameters, "reason must be a text of 1 to \(Erasure.maximumReason) characters.")
        }
        var isDryRun = false
        if let value = root["dry_run"], !value.isNull {
            guard let flag = value.bool else { throw Problem(.invalidParameters, "dry_run must be true or false.") }
            isDryRun = flag
        }
        return ((name, given.value), reason, isDryRun)
    }
}

extension Erasure {
    /// The reason as it is stored: without private numbers. Nil if it is empty or too long.
    package static func reason(_ text: String?) -> String? {
        guard let text = text?.replacing("\0", with: ""), !text.allSatisfy(\.isWhitespace),
            text.unicodeScalars.count <= maximumReason
        else { return nil }
        return ValueMask().masked(text)
    }
}

extension Erasure.Result {
    /// Writes `{"calls","keys_truncated"}`.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("calls")
        json.integer(calls)
        json.name("keys_truncated")
        json.integer(keysTruncated)
        json.endObject()
    }
}
