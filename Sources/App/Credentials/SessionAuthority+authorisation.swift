import Crypto
import Logging
import Postgres
import TOP
import Telemetry
package import Vault

/// The address that an operator passes to a seller.
package struct Authorisation: Sendable {
    /// TOP's page on which the seller authorises the app.
    package let url: String
    /// When the page expires, in milliseconds since 1970.
    package let expiresAt: Int64
}

/// Why the address is missing.
package enum AuthorisationError: Error, Sendable {
    /// `TOPRELAY_PUBLIC_URL` is not set.
    case noPublicURL
    /// The vault refused it, or cannot be reached.
    case vault(VaultError)
    /// The first copy of the vault has not arrived.
    case notReady
}

/// What the callback of a seller's browser came to.
package enum CallbackResult: Sendable {
    /// The session is stored.
    case authorised(SessionName, SessionGrant)
    /// The state is missing, forged, used or expired, or its app is gone.
    case invalidState
    /// The state is good, but the code is missing.
    case missingCode
    /// TOP, or the seller on TOP's page, refused.
    case refused
    /// TOP gave no usable answer.
    case unavailable
    /// Another user has authorised the app than the one of the session.
    case otherUser
    /// The vault cannot be reached or changed.
    case failed
}

extension SessionAuthority {
    /// How long a seller can take: 15 minutes.
    private static let stateMilliseconds: Int64 = 15 * 60_000
    /// The longest code that is taken, in bytes.
    private static let maximumCodeBytes = 1024

    private func redirectURL() throws(AuthorisationError) -> String {
        guard let publicURL = settings.publicURL else { throw .noPublicURL }
        return publicURL + Self.callbackPath
    }

    /// Begins an authorisation.
    /// - Parameters:
    ///   - name: the session that the answer is for. It need not exist.
    ///   - token: the name of the token that asks for it.
    package func beginAuthorisation(
        of name: SessionName, by token: String
    ) async throws(AuthorisationError) -> Authorisation {
        let redirectURL = try redirectURL()
        guard let vault, let seal = StateSeal(vault) else { throw .notReady }
        guard let app = vault.app(named: name.app) else { throw .vault(.notFound("app \"\(name.app)\"")) }
        let expiresAt = settings.wallClock() + Self.stateMilliseconds
        let state: String
        let nonce: [UInt8]
        do throws(CryptoError) {
            nonce = SecureRandom.bytes(VaultStore.stateNonceLength)
            state = try seal.text(StateSeal.Content(nonce: nonce, expiresAt: expiresAt))
        } catch {
            throw .vault(.cryptography(error))
        }
        let row = AuthorisationState(session: name, token: token)
        try await authorising { store throws(VaultError) in
            try await store.putState(row, nonce: nonce, expiresAt: expiresAt)
        }
        var query: [UInt8] = []
        FormEncoding.append(
            ParameterList([
                Parameter(name: "response_type", value: "code"), Parameter(name: "client_id", value: app.appKey),
                Parameter(name: "redirect_uri", value: redirectURL), Parameter(name: "state", value: state),
                Parameter(name: "view", value: "web"),
            ]), to: &query)
        let page = app.auth.authorizeURL ?? AppAuth.standardAuthorizeURL
        return Authorisation(url: page + "?" + String(decoding: query, as: UTF8.self), expiresAt: expiresAt)
    }

    /// Ends an authorisation: uses the state, exchanges the code and stores the session.
    /// - Parameters:
    ///   - code: the code of TOP; nil if TOP sent none.
    ///   - error: the error that TOP sent in place of a code.
    ///   - origin: where the callback came from, for the record of changes.
    package func endAuthorisation(
        state: String?, code: String?, error: String?, origin: String
    ) async -> CallbackResult {
        guard let vault, let seal = StateSeal(vault) else { return .failed }
        guard let state, let content = seal.open(state), content.expiresAt > settings.wallClock() else {
            return .invalidState
        }
        do throws(AuthorisationError) {
            let redirectURL = try redirectURL()
            let taken = try await authorising { store throws(VaultError) in
                try await store.takeState(nonce: content.nonce)
            }
            guard let taken, let app = vault.app(named: taken.session.app), app.isUsable else { return .invalidState }
            if error != nil { return refused(taken.session, "The seller or TOP refused the authorisation.") }
            guard let code, (1...Self.maximumCodeBytes).contains(code.utf8.count) else { return .missingCode }
            let grant: SessionGrant
            do throws(OAuthError) {
                grant = try await client.exchange(code: Secret(code), redirectURL: redirectURL, app: app)
            } catch {
                _ = refused(taken.session, error.description)
                return error.kind == .unavailable ? .unavailable : .refused
            }
            return try await store(grant, for: taken, origin: origin)
        } catch {
            return .failed
        }
    }

    private func store(
        _ grant: SessionGrant, for state: AuthorisationState, origin: String
    ) async throws(AuthorisationError) -> CallbackResult {
        do throws(AuthorisationError) {
            try await authorising(by: ChangeAuthor(actor: state.token, origin: origin)) { store throws(VaultError) in
                _ = try await store.authorise(state.session, with: grant)
            }
        } catch .vault(.otherUser) {
            _ = refused(state.session, "Another user of TOP has authorised the app.")
            return .otherUser
        } catch .vault(.notFound) {
            return .invalidState
        } catch .vault(.invalid(let field, let expectation)) {
            _ = refused(state.session, "\(field): \(expectation)")
            return .unavailable
        }
        logger.record(
            .notice, "A seller authorised an app",
            [.app: state.session.app, .seller: state.session.seller, .caller: state.token])
        return .authorised(state.session, grant)
    }

    private func refused(_ name: SessionName, _ reason: String) -> CallbackResult {
        logger.record(
            .warning, "An authorisation failed", [.app: name.app, .seller: name.seller, .error: reason])
        return .refused
    }

    /// Runs statements of an authorisation.
    /// - Parameter author: who makes a change, and from where; nil for the replica.
    private func authorising<Value>(
        by author: ChangeAuthor? = nil, _ body: (VaultStore) async throws(VaultError) -> Value
    ) async throws(AuthorisationError) -> Value {
        let result: Result<Value, VaultError>
        do throws(PostgresError) {
            result = try await authorisationPool.withConnection { connection throws(PostgresError) in
                let store = VaultStore(
                    connection: connection, key: settings.masterKey, author: author ?? self.author)
                do throws(VaultError) {
                    return .success(try await body(store))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            logger.record(.warning, "The vault cannot be changed", [.error: error.description])
            throw .vault(.database(error))
        }
        switch result {
        case .success(let value): return value
        case .failure(let error):
            if !error.isInputRefused {
                logger.record(.warning, "The vault was not changed", [.error: error.description])
            }
            throw .vault(error)
        }
    }
}
