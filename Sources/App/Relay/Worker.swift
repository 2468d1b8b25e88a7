package import Audit
package import Catalog
package import EventLoop
package import Logging
import Postgres
package import Problems
import TOP
import Telemetry
package import Vault

/// One event loop with all that calls need: libcurl's multi handle, the connections for the audit trail, and a copy of
/// the vault. It keeps the loop and its vault, and drains it. `CallPipeline` makes the calls.
///
/// Everything of a call between its request and its reply happens on this loop's thread. Nothing is shared with other
/// threads, so nothing is locked.
package actor Worker {
    /// The loop that the worker lives on.
    package nonisolated let loop: EventLoop
    /// The worker runs on its loop and nowhere else.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Checks the tokens of requests that arrive on the loop.
    package nonisolated let authorizer: LoopBound<Authorizer>
    /// Makes the calls that arrive on the loop.
    package nonisolated let pipeline: LoopBound<CallPipeline>
    /// Keeps requests that never become calls.
    package nonisolated let rejectedRequests: LoopBound<RejectedRequestWriter>

    private let reader: TrailReader
    private let logger: Logger

    /// A worker made of its parts, which belong to `loop` and to it alone.
    /// - Parameter onBan: told of a ban that TOP puts on an app, or on a method of an app.
    package init(
        loop: EventLoop, settings: WorkerSettings, parts: sending WorkerParts, freshness: VaultFreshness,
        logger: Logger,
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
            logger: logger, onBan: onBan)
        self.pipeline = LoopBound(pipeline, loop: loop)
    }

    /// Puts a new copy of the vault in force.
    package func install(_ snapshot: VaultSnapshot) {
        authorizer.value.install(snapshot)
        pipeline.value.install(snapshot)
    }

    /// Notes what another worker or replica tells of bans.
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

    /// Every version of the key that makes fingerprints of business keys.
    package func fingerprintKeys() throws(Problem) -> [FingerprintKey] {
        try pipeline.value.currentVault().keys(.fingerprint).map {
            FingerprintKey(version: $0.version, secret: $0.secret)
        }
    }

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
        let own = OwnCall(
            row: row, answer: answer, form: responseForm(of: row),
            entry: catalog.entry(method: row.method) ?? Entry.raw(method: row.method))
        return Reply.json(own.document).about(row.id.text, outcome: row.outcome)
    }

    /// Where the response stands in the answer to a call. An app that is gone counts as one of TOP itself.
    private func responseForm(of row: CallSummary) -> ResponseForm {
        pipeline.value.vault?.app(named: row.app)?.addressing.responseForm ?? .wrapped
    }

    private static var noSuchCall: Problem { Problem(.notFound, "There is no such call.") }
}
