import Audit
import Crypto
import JSON
import Logging
import Masking
import Postgres
package import Problems
package import Requests
import TOP
import Telemetry
import Vault

extension AuditHandlers {
    /// `POST /v1/audit/calls/{id}/unmask`: the full request of a call, for `{"reason":"…"}`. The unmask event is
    /// committed before anything is shown.
    package func unmask(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let reason = try Self.readReason(request.body)
        let row = try await row(of: request)
        guard row.erasedAt == nil else {
            throw Problem(.notFound, "The full request of this call was erased.")
        }
        let found: FullRequest
        do throws(PostgresError) {
            found = try await reader.unmask(
                row, by: request.caller.name, from: request.origin, because: reason)
        } catch {
            logger.record(
                .warning, "Could not record an unmask event", [.call: row.id.text, .error: error.description])
            throw Problem(
                .auditUnavailable, "Unmasking cannot be recorded now, so nothing is shown. Try again soon.",
                retryable: true, retryAfterSeconds: 1)
        }
        return Self.reply(row, try opened(found, of: row.id))
    }

    private static func readReason(_ body: [UInt8]) throws(Problem) -> String {
        let root = try AuditBody.object(body)
        guard root.count == 1, let reason = root["reason"]?.string?.replacing("\0", with: ""),
            !reason.allSatisfy(\.isWhitespace), reason.unicodeScalars.count <= UnmaskEvent.maximumReason
        else {
            throw Problem(
                .invalidParameters,
                "Unmasking needs a reason: {\"reason\":\"…\"} with 1 to \(UnmaskEvent.maximumReason) characters.")
        }
        // Every reader of the trail sees the reason.
        return ValueMask().masked(reason)
    }

    private func opened(_ request: FullRequest, of id: CallID) throws(Problem) -> SealedRequest {
        switch request {
        case .gone:
            throw Problem(.notFound, "The full request of this call is no longer kept.")
        case .absent:
            throw Problem(.notFound, "The full request of this call is no longer kept, or was never kept.")
        case .tooLarge(let bytes):
            throw Problem(
                .notFound,
                "The full request of this call was never kept: its \(bytes) bytes are over the limit of "
                    + "\(SealedRequest.maximumBytes).")
        case .sealed(let sealed):
            guard let key = masterKey else { throw Problem(.internalError, "The replica has no master key.") }
            do {
                return try SealedRequest(opening: sealed, of: id, with: key)
            } catch .otherKey {
                throw Problem(
                    .notFound, "The full request of this call was sealed under another master key.")
            } catch {
                logger.record(.error, "Could not open a sealed request", [.call: id.text, .error: "\(error)"])
                throw Problem(
                    .internalError, "The full request of this call cannot be opened: it was damaged or moved.")
            }
        }
    }

    private static func reply(_ row: CallSummary, _ request: SealedRequest) -> Reply {
        var json = JSONWriter(capacity: 256 + request.parameters.reduce(0) { $0 + $1.value.utf8.count * 5 / 4 })
        request.write(to: &json, of: row)
        var reply = Reply.json(json.bytes)
        reply.headers.append(("Cache-Control", "no-store"))
        return reply
    }
}
