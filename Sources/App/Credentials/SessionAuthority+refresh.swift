import Crypto
import EventLoop
import Logging
import Metrics
import Postgres
import Telemetry
package import Vault

extension SessionAuthority {
    /// The wait after the first failure, and the longest wait, in seconds.
    private static let firstWaitSeconds = 30
    private static let longestWaitSeconds = 3600
    /// After this many failures in a row, a refusal means that the seller must authorise the app again.
    private static let maximumRefusals = 10
    /// TOP refuses a key that it has just issued: another refresh so soon would not help. In nanoseconds.
    private static let forcedPause: UInt64 = 30_000_000_000
    /// The refreshes that may be in progress or wait.
    private static let maximumRefreshes = 1000
    /// A token that TOP issued is stored in at most this many attempts.
    private static let storeAttempts = 20

    /// The session with another key than the one that TOP refused. All callers share one refresh, and replicas take
    /// turns: the second finds the key of the first.
    /// - Returns: nil without another key.
    package func renewed(_ session: SellerSession) async -> SellerSession? {
        guard let renewed = await sharedRefresh(session.name, refused: session.key), renewed.key != session.key else {
            return nil
        }
        return renewed
    }

    /// Refreshes a session, or waits for the refresh in progress.
    /// - Parameter refused: the key that TOP refused; nil for a refresh ahead of the end.
    func sharedRefresh(_ name: SessionName, refused: Secret?) async -> SellerSession? {
        if let running = refreshes[name] { return await running.value }
        guard refreshes.count < Self.maximumRefreshes else { return nil }
        let task = Task(executorPreference: loop) { await self.refresh(name, refused: refused) }
        refreshes[name] = task
        let session = await task.value
        refreshes[name] = nil
        return session
    }

    /// What a refresh under its lock came to.
    private enum Step {
        case done(SellerSession?)
        /// TOP gave a key, and the database could not store it.
        case unstored(RefreshableSession, SessionGrant)
    }

    private func refresh(_ name: SessionName, refused: Secret?) async -> SellerSession? {
        do {
            let step = try await refreshPool.withConnection { connection throws(PostgresError) in
                let store = VaultStore(
                    connection: connection, key: settings.masterKey, timeout: .seconds(20), author: author)
                return await refreshLocked(name, refused: refused, in: store, on: connection)
            }
            switch step {
            case .done(let session): return session
            case .unstored(let session, let grant): return await storeLater(grant, of: session)
            }
        } catch {
            failed.increment()
            logger.record(
                .warning, "Could not refresh a session",
                [.app: name.app, .seller: name.seller, .error: error.description])
            return nil
        }
    }

    private func refreshLocked(
        _ name: SessionName, refused: Secret?, in store: VaultStore, on connection: PostgresConnection
    ) async -> Step {
        var step = Step.done(nil)
        do throws(VaultError) {
            try await store.lockRefresh(of: name)
            step = try await refreshAlone(name, refused: refused, in: store)
            try await store.unlockRefresh(of: name)
        } catch {
            // The lock ends with the connection.
            connection.close()
            if case .done(nil) = step { failed.increment() }
            logger.record(
                .warning, "Could not refresh a session",
                [.app: name.app, .seller: name.seller, .error: error.description])
        }
        return step
    }

    /// Refreshes a session that no other replica can refresh now.
    private func refreshAlone(
        _ name: SessionName, refused: Secret?, in store: VaultStore
    ) async throws(VaultError) -> Step {
        guard let session = try await store.refreshableSession(name) else { return .done(nil) }
        // Another replica has refreshed it, or somebody has put it anew.
        if let refused, session.session.key != refused { return .done(session.session) }
        guard let token = session.token, !session.session.renewal.needsAuthorisation else { return .done(nil) }
        guard mayStart(session, isForced: refused != nil) else { return .done(nil) }
        guard session.session.renewal.isPossible(at: settings.wallClock()) else {
            return try await note(
                OAuthError(kind: .invalidToken, description: "The refresh token has ended."), of: session, in: store)
        }
        guard let app = vault?.app(named: name.app), app.isUsable else {
            return try await note(.unavailable("The app's secret cannot be opened."), of: session, in: store)
        }
        if refused != nil { noteForced(name) }
        let grant: SessionGrant
        do throws(OAuthError) { grant = try await client.refresh(token, app: app) } catch {
            return try await note(error, of: session, in: store)
        }
        do throws(VaultError) {
            return .done(try await self.store(grant, of: session, in: store))
        } catch .invalid(let field, let expectation) {
            return try await note(.unavailable("\(field): \(expectation)."), of: session, in: store)
        } catch .database {
            return .unstored(session, grant)
        }
    }

    /// A failed refresh is not repeated before its wait is over. A new key that TOP refuses is not replaced at once,
    /// unless it has ended.
    private func mayStart(_ session: RefreshableSession, isForced: Bool) -> Bool {
        guard isForced else { return session.isDue }
        if session.failures > 0, !session.isDue { return false }
        if session.session.isExpired(at: settings.wallClock()) { return true }
        guard let last = forcedAt[session.name] else { return true }
        return EventLoop.now() - last >= Self.forcedPause
    }

    private func noteForced(_ name: SessionName) {
        let now = EventLoop.now()
        forcedAt = forcedAt.filter { now - $0.value < Self.forcedPause }
        forcedAt[name] = now
    }

    /// Stores a new key before its first use.
    /// - Returns: nil if the session was put anew or removed meanwhile.
    private func store(
        _ grant: SessionGrant, of session: RefreshableSession, in store: VaultStore
    ) async throws(VaultError) -> SellerSession? {
        let isStored = try await store.storeRefresh(of: session, grant)
        let current = try await store.refreshableSession(session.name)?.session
        // After a lost connection the key may have been stored by an earlier attempt.
        guard isStored || current?.key == grant.key else { return current }
        refreshed.increment()
        logger.record(.info, "Refreshed a session", [.app: session.name.app, .seller: session.name.seller])
        return current
    }

    /// Stores a key while the database is away. TOP may accept the old refresh token only once, so the key must not be
    /// lost.
    private func storeLater(_ grant: SessionGrant, of session: RefreshableSession) async -> SellerSession? {
        var backOff = BackOff(minimum: .milliseconds(250), maximum: .seconds(5))
        for _ in 0..<Self.storeAttempts {
            try? await Task.sleep(for: backOff.next())
            let stored: Result<SellerSession?, VaultError>? = try? await refreshPool.withConnection {
                connection throws(PostgresError) in
                let store = VaultStore(connection: connection, key: settings.masterKey, author: author)
                do throws(VaultError) {
                    return .success(try await self.store(grant, of: session, in: store))
                } catch {
                    return .failure(error)
                }
            }
            if case .success(let session)? = stored { return session }
        }
        failed.increment()
        logger.record(
            .error, "Could not store a refreshed session key",
            [.app: session.name.app, .seller: session.name.seller])
        return nil
    }

    /// Notes a failure in the vault.
    private func note(
        _ error: OAuthError, of session: RefreshableSession, in store: VaultStore
    ) async throws(VaultError) -> Step {
        let isFinal =
            error.kind == .invalidToken
            || error.kind == .refused && session.failures + 1 >= Self.maximumRefusals
        if error.kind == .unavailable { failed.increment() } else { refused.increment() }
        logger.record(
            .warning, isFinal ? "A session needs a new authorisation" : "Could not refresh a session, retrying",
            [.app: session.name.app, .seller: session.name.seller, .error: error.description])
        try await store.noteFailedRefresh(
            of: session, reason: error.description, wait: isFinal ? nil : Self.wait(after: session.failures))
        return .done(nil)
    }

    /// The wait after a failure that follows `failures` others.
    private static func wait(after failures: Int) -> Duration {
        let seconds = min(firstWaitSeconds << min(failures, 10), longestWaitSeconds)
        return .milliseconds(Int(Double(seconds * 1000) * Double.random(in: 0.75...1)))
    }
}
