import Postgres

/// What a path names a rejected request by.
package enum RejectedRequestReference: Sendable, Equatable {
    /// Its number in the trail.
    case number(Int64)
    /// The `X-Request-Id` that the relay gave in its reply.
    case relayRequestID(CallID)

    /// Reads a number or a UUID of version 7; nil for any other text.
    package init?(_ text: String) {
        if let id = CallID(text) {
            self = .relayRequestID(id)
        } else if let number = Int64(text), number > 0, String(number) == text {
            self = .number(number)
        } else {
            return nil
        }
    }

    fileprivate var condition: (term: String, value: SQLValue) {
        switch self {
        case .number(let number): ("id = $1", .integer(number))
        case .relayRequestID(let id): ("relay_request_id = $1::uuid", .text(id.text))
        }
    }
}

extension TrailReader {
    /// One rejected request; nil if it is unknown or no longer kept.
    /// - Throws: `forbidden` for one that the reader may not see.
    package func refusal(
        _ reference: RejectedRequestReference, for access: TrailAccess
    ) async throws(TrailReadError) -> RejectedRequest? {
        let (term, value) = reference.condition
        let sql = """
            SELECT \(RejectedRequest.columns) FROM audit.refusals
            WHERE \(term) AND at >= now() - interval '\(Retention.refusalDays) days' ORDER BY id DESC LIMIT 1
            """
        let found: RejectedRequest?
        do { found = try await query(sql, [value]).first.map { RejectedRequest($0) } } catch { throw .database(error) }
        if let found { try access.check(found) }
        return found
    }
}
