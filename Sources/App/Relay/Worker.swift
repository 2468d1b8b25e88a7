package import Audit
package import Catalog
package import EventLoop
package import Logging
import Postgres
package import Problems
import TOP
import Telemetry
package import Vault

/// One event loop with the parts that calls need: libcurl's multi handle, the connections for the audit trail, and a
/// copy of the vault. `CallPipeline` makes the calls. The worker installs copies of the vault, and drains.
///
/// All steps of a call run on this loop's thread, except the judgement of large responses. So its parts need no locks.
package actor Worker {
    /// The loop that the worker runs on.
    package nonisolated let loop: EventLoop
    /// The worker runs only on its loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Checks the tokens of requests that arrive on the loop.
    package nonisolated let authorizer: LoopBound<Authorizer>
    /// Makes the calls that arrive on the loop.
    package nonisolated let pipeline: LoopBound<CallPipeline>
    /// Records requests that never become calls.
    package nonisolated let rejectedRequests: LoopBound<RejectedRequestWriter>

    private let reader: TrailReader
    private let logger: Logger

    /// A worker with its own parts, which belong to `loop`.
    /// - Parameters:
    ///   - renew: gets another key for a session whose key TOP refused.
    ///   - onBan: called when TOP bans an app, or a method of an app.
    package init(
        loop: EventLoop, settings: WorkerSettings, parts: sending WorkerParts, freshness: VaultFreshness,
        logger: Logger, renew: SessionKeyRenewal? = nil,
        onBan: @escaping @Sendable (VaultBan) -> Void
    ) {
        self.loop = loop
        reader = parts.reader
        self.logger = logger
        authorizer = LoopBound(
            Authorizer(freshness: freshness, wallClock: settings.wallClock, uses: settings.tokenUses), loop: loop)
        let rejectedRequests = RejectedRequestWriter(loop: loop, reader: parts.reader)
        self.rejectedRequests = LoopBound(rejectedRequests, loop: loop)
        let pipeline = CallPipeline(
            loop: loop, settings: settings, parts: parts, freshness: freshness, rejectedRequests: rejectedRequests,
            logger: logger, renew: renew, onBan: onBan)
        self.pipeline = LoopBound(pipeline, loop: loop)
    }

    /// Uses a new copy of the vault from now on.
    package func install(_ snapshot: VaultSnapshot) {
        authorizer.value.install(snapshot)
        pipeline.value.install(snapshot)
    }

    /// Notes what another worker or replica reports of bans.
    package func note(_ notice: BanNotice) { pipeline.value.note(notice) }

    /// Refuses new calls with `draining` from now on.
    package func drain() { pipeline.value.drain() }

    /// Ends the calls in flight, because there is no more time for them. Calls that were sent become `unknown`. Calls
    /// that wait for their intent are refused. All are answered and recorded as usual.
    package func cutOff() { pipeline.value.cutOff() }

    /// The number of calls in flight.
    package var inFlight: Int { pipeline.value.callsInFlight }

    /// Waits until the queued completions are committed, until `limit`.
    /// - Returns: how many rows could not be written.
    package func flush(within limit: Duration) async -> Int { await pipeline.value.trail.flush(within: limit) }

    /// Ends the worker's connections. Calls in flight end first: see ``drain()``.
    package func close() {
        pipeline.value.close()
        reader.close()
    }
}

extension Worker {
    /// Reads the audit trail on the worker's loop.
    package var trailReader: TrailReader { reader }

    /// All versions of the key for fingerprints of business keys.
    package func fingerprintKeys() throws(Problem) -> [FingerprintKey] {
        try pipeline.value.currentVault().keys(.fingerprint).map {
            FingerprintKey(version: $0.version, secret: $0.secret)
        }
    }

    /// A call that the token's owner made, with the members of its first reply and its current state.
    package func ownCall(_ id: CallID, of token: AccessToken, catalog: Catalog) async throws(Problem) -> Reply {
        let row: CallSummary
        let responseText: String?
        do throws(PostgresError) {
            guard let found = try await reader.ownCall(id, of: token) else { return Self.noSuchCall.reply }
            row = found
            responseText = row.status == nil ? nil : try await reader.response(of: row)
        } catch {
            logger.record(
                .warning, "The audit trail cannot be read",
                [.call: id.text, .sqlState: error.sqlState ?? "", .error: error.description])
            throw .unreadableTrail
        }
        let view = StoredCallView(
            row: row, responseText: responseText, form: responseForm(of: row),
            entry: catalog.entry(method: row.method) ?? Entry.raw(method: row.method))
        return Reply.json(view.document).about(row.id.text, outcome: row.outcome)
    }

    /// Where the response to a call is in TOP's JSON. If the app no longer exists, it counts as one of kind `top`.
    private func responseForm(of row: CallSummary) -> ResponseForm {
        pipeline.value.vault?.app(named: row.app)?.addressing.responseForm ?? .wrapped
    }

    private static var noSuchCall: Problem { Problem(.notFound, "There is no such call.") }
}
