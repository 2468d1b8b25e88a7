import Bytes
import Catalog
import Crypto
import Problems
import Vault

extension CallPipeline {
    /// Adds the call's request id to the problem of a refused call: the caller's own id, or the derived one. The method
    /// may have none, and the request may be too faulty to derive one.
    /// - Parameter given: the id in the body; nil parses the body. If the body cannot be parsed, the derived id is
    ///   used.
    func identified(
        _ problem: Problem, _ request: CallRequest, by token: AccessToken, given: GivenRequestID? = nil
    ) -> Problem {
        guard problem.idempotencyID == nil, request.entry.isIdempotent else { return problem }
        var problem = problem
        switch given ?? Self.given(request) {
        case .text(let text): problem.idempotencyID = text
        case .absent: problem.idempotencyID = derivedRequestID(of: request, by: token)
        case .unusable: break
        }
        return problem
    }

    private static func given(_ request: CallRequest) -> GivenRequestID {
        guard let content = try? CallContent(request) else { return .absent }
        return request.entry.requestID(in: content.document) ?? .unusable
    }

    private func derivedRequestID(of request: CallRequest, by token: AccessToken) -> String? {
        guard let vault, let key = request.idempotencyKey,
            let app = try? vault.resolveApp(named: request.app, for: request.entry.method, token: token)
        else { return nil }
        return try? Self.derivedRequestID(
            vault, caller: token.name, app: app.name, method: request.entry.method, key: key)
    }

    /// The vault's key for the hashes of idempotency keys.
    static func idempotencySecret(_ vault: VaultSnapshot) throws(Problem) -> Secret {
        guard let secret = vault.keys(.idempotency).first?.secret else {
            throw Problem(.internalError, "The vault has no key for Idempotency-Key: run `toprelay migrate`.")
        }
        return secret
    }

    /// The idempotency id that replaces an `Idempotency-Key`. Each repeat by the same caller gets the same id, and no
    /// other caller can guess it. It has 32 hex digits: half of an HMAC-SHA256 under a key of the vault.
    static func derivedRequestID(
        _ vault: VaultSnapshot, caller: String, app: String, method: String, key: String
    ) throws(Problem) -> String {
        let secret = try idempotencySecret(vault)
        // The length precedes each part, so that two different lists of parts never give the same message.
        var message: [UInt8] = []
        for part in [caller, app, method, key] {
            message.append(contentsOf: "\(part.utf8.count):".utf8)
            message.append(contentsOf: part.utf8)
        }
        do {
            return Hex.lower(Array(try HMAC.sha256(key: secret.bytes, message).prefix(16)))
        } catch {
            throw Problem(.internalError, "The request id could not be derived from the Idempotency-Key.")
        }
    }
}
