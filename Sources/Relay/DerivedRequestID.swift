import Catalog
import Crypto
import Problems
import Vault

extension Worker {
    /// The request id of a call that is refused: the caller's own, or the derived one. Nil where the method has none, and where it cannot be told.
    ///
    /// A body that cannot be read says nothing against the derived one.
    func requestID(of request: CallRequest, by token: AccessToken) -> String? {
        guard request.entry.isIdempotent else { return nil }
        if let content = try? CallContent(request) {
            switch request.entry.requestID(in: content.document) {
            case .text(let text): return text
            case .absent: break
            case .unusable, nil: return nil
            }
        }
        guard let vault, let key = request.idempotencyKey,
            let app = try? vault.resolveApp(named: request.app, for: request.entry.method, token: token)
        else { return nil }
        return try? Self.derivedRequestID(
            vault, caller: token.name, app: app.name, method: request.entry.method, key: key)
    }

    /// The idempotency id of a call whose caller gave an `Idempotency-Key` instead: the same for every repetition by
    /// the same caller, and
    /// not to be guessed by another one. 32 hex digits: half of an HMAC-SHA256 under a key of the vault.
    static func derivedRequestID(
        _ vault: VaultSnapshot, caller: String, app: String, method: String, key: String
    ) throws(Problem) -> String {
        guard let secret = vault.keys(.idempotency).first?.secret else {
            throw Problem(.internalError, "The vault has no key for Idempotency-Key: run `toprelay migrate`.")
        }
        // Each part is preceded by its length, so that no two different lists of parts give the same message.
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
