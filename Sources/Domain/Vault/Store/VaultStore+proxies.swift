import Crypto
import Postgres

extension VaultStore {
    /// Within a change, changes the proxy of an app. Nil changes nothing.
    func putProxy(_ change: ProxyChange?, of app: String) async throws(VaultError) {
        switch change {
        case nil: break
        case .removal:
            _ = try await query(
                "UPDATE vault.apps SET proxy_url = NULL, proxy_password_sealed = NULL WHERE name = $1", [.text(app)])
        case .url(let url, let password):
            _ = try await query(
                """
                UPDATE vault.apps SET proxy_url = $2, proxy_password_sealed =
                    CASE WHEN $3::bytea IS NOT NULL THEN $3::bytea WHEN proxy_url = $2 THEN proxy_password_sealed END
                WHERE name = $1
                """, [.text(app), .text(url), try await sealed(password, of: app)])
        case .password(let password):
            let known = try await query("SELECT proxy_url FROM vault.apps WHERE name = $1", [.text(app)])
            guard let text = known.first?[0].text, try ProxyURL(text).user != nil else {
                throw .invalid(
                    field: "proxy password", expectation: "the app has no proxy with a user: give its URL with --proxy")
            }
            _ = try await query(
                "UPDATE vault.apps SET proxy_password_sealed = $2 WHERE name = $1",
                [.text(app), try await sealed(password, of: app)])
        }
    }

    private func sealed(_ password: Secret?, of app: String) async throws(VaultError) -> SQLValue {
        guard let password else { return .null }
        return .bytes(try await seal(password, for: .proxyPassword(app)))
    }
}
