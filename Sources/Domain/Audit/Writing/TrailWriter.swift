import Synchronization
package import Crypto
package import EventLoop
package import Postgres

/// Writes the trail of one worker: an intent before each call, and a completion after it. It is used only on the
/// worker's loop.
///
/// Both are committed in batches. Intents and completions have separate connections, so that a completion never delays
/// a call that waits for its intent.
package final class TrailWriter {
    /// The limits of the queue of completions.
    package struct Limits: Sendable {
        /// How many calls may be in flight when the queue reaches its limit, and how many bytes the rows of one need.
        static let callsUnderWay = 65_536
        static let usualBytes = 4096

        /// How many completions may wait.
        package var outcomeRows: Int
        /// How many bytes their rows may have.
        package var outcomeBytes: Int
        /// Connections for intents. With one, the intents that wait during a commit form the next batch.
        package var intentConnections = 1
        /// Connections for completions.
        package var outcomeConnections = 1

        /// Limits with the default numbers of connections.
        package init(outcomeRows: Int, outcomeBytes: Int) {
            self.outcomeRows = outcomeRows
            self.outcomeBytes = outcomeBytes
        }
    }

    private let intents: BatchWriter
    private let completions: BatchWriter
    private let keyedIntents: KeyedIntentWriter
    private let limits: Limits
    private let metrics: TrailMetrics
    private var fingerprintKey: FingerprintKey?
    private var sealer: RequestSealer?

    /// Starts to connect. Call it on the loop's thread.
    /// - Parameters:
    ///   - sealer: seals full requests, which are written with the intents; nil keeps no full requests.
    ///   - onEvent: receives the events of the writers `intents` and `outcomes`, for logs.
    package init(
        loop: EventLoop, settings: PostgresSettings, limits: Limits, metrics: TrailMetrics,
        sealer: Sealer? = nil,
        onEvent: @escaping (_ writer: String, WriterEvent) -> Void
    ) {
        self.limits = limits
        self.metrics = metrics
        self.sealer = sealer.map { RequestSealer($0, metrics: metrics) }
        intents = BatchWriter(
            loop: loop, settings: settings, tables: [TrailTables.intents, TrailTables.sealed],
            configuration: WriterConfiguration(mode: .bounded, connections: limits.intentConnections),
            metrics: metrics.intentsWriter)
        var persistent = WriterConfiguration(mode: .persistent, connections: limits.outcomeConnections)
        // Calls that were admitted before the queue was full must find room when they end.
        persistent.maximumRequests = limits.outcomeRows + Limits.callsUnderWay
        persistent.maximumBytes = limits.outcomeBytes + Limits.callsUnderWay * Limits.usualBytes
        completions = BatchWriter(
            loop: loop, settings: settings,
            tables: [TrailTables.calls, TrailTables.responses, TrailTables.replies, TrailTables.lookups],
            configuration: persistent, metrics: metrics.outcomesWriter)
        keyedIntents = KeyedIntentWriter(loop: loop, settings: settings)
        intents.onEvent = { [unowned intents] event in
            metrics.intentsConnection.note(event, isConnected: intents.isConnected)
            onEvent("intents", event)
        }
        completions.onEvent = { [unowned completions] event in
            metrics.outcomesConnection.note(event, isConnected: completions.isConnected)
            onEvent("outcomes", event)
        }
        // The gauge must also fall when the queue empties after an outage and no further call arrives.
        completions.onCommit = { [unowned completions] in
            metrics.queued.store(completions.metrics.queuedRequests.value, ordering: .relaxed)
        }
    }

    /// Uses this key for the fingerprints of business keys from now on.
    package func use(_ key: FingerprintKey) { fingerprintKey = key }

    /// An empty list of fingerprints, for the business keys of one call.
    package var fingerprints: Fingerprints { Fingerprints(key: fingerprintKey) }

    /// Whether intents and completions each have a connection.
    package var isConnected: Bool { intents.isConnected && completions.isConnected }

    /// Whether the queue has room for another completion. While it has none, calls are refused before their intent.
    package var hasRoom: Bool {
        let queued = completions.metrics
        return queued.queuedRequests.value < limits.outcomeRows && queued.queuedBytes.value < limits.outcomeBytes
    }

    /// Records an intent and its full request. Calls `handler` when both are durable or have failed.
    /// - Parameters:
    ///   - deadline: when to give up, on the clock of `EventLoop.now()`.
    ///   - handler: called once on the loop's thread, after this function has returned unless sealing fails.
    package func record(
        _ intent: Intent, until deadline: UInt64 = .max, then handler: @escaping (TrailError?) -> Void
    ) {
        let row = TrailRows.row(intent, table: 0, intents.rowPool)
        let rows: [EncodedRow]
        do throws(CryptoError) {
            rows = if let sealed = try sealer?.row(intent, table: 1, intents.rowPool) { [row, sealed] } else { [row] }
        } catch {
            return handler(TrailError(error))
        }
        intents.write(rows, until: deadline) { handler($0.map { TrailError($0) }) }
    }

    /// The latest run of an idempotency key; nil if the key is not in use.
    /// - Parameter nowMilliseconds: the replica's clock. The windows of the search depend on it.
    package func latestRun(of claim: IdempotencyClaim, nowMilliseconds: Int64) async throws(PostgresError)
        -> IdempotencyRecord?
    {
        try await keyedIntents.latestRun(of: claim, nowMilliseconds: nowMilliseconds)
    }

    /// Records the intent of a call with an idempotency key and the claim of the key. It returns when both are durable.
    /// - Returns: false if another call has claimed the run of the key. Then nothing is recorded.
    package func record(_ intent: Intent, claim: IdempotencyClaim, run: Int, until deadline: UInt64)
        async throws(TrailError) -> Bool
    {
        let sealed: KeyedIntentWriter.SealedRow?
        do throws(CryptoError) { sealed = try sealer?.content(intent) } catch { throw TrailError(error) }
        return try await keyedIntents.record(intent, sealed: sealed, claim: claim, run: run, until: deadline)
    }

    /// Queues a completion. Calls `handler` when it is committed, and after `limit` at the latest. A completion that is
    /// not committed by then stays queued until it is written.
    /// - Parameter handler: called once on the loop's thread, after this function has returned.
    package func record(
        _ completion: Completion, of intent: Intent, waitingAtMost limit: Duration, then handler: @escaping () -> Void
    ) {
        let row = TrailRows.row(completion, of: intent, table: 0, completions.rowPool)
        let response = TrailRows.responseRow(completion, of: intent, table: 1, completions.rowPool)
        var rows = if let response { [row, response] } else { [row] }
        if let reply = completion.reply { rows.append(reply.row(of: intent.id, table: 2)) }
        rows += TrailRows.lookupRows(of: intent, table: 3, completions.rowPool)
        completions.write(rows, waitingAtMost: limit) { [self] outcome in
            count(outcome)
            handler()
        }
    }

    private func count(_ outcome: WriteOutcome) {
        switch outcome {
        case .committed: break
        case .queued: metrics.late.wrappingAdd(1, ordering: .relaxed)
        case .failed: metrics.failed.wrappingAdd(1, ordering: .relaxed)
        }
        metrics.queued.store(completions.metrics.queuedRequests.value, ordering: .relaxed)
    }

    /// Records an intent and its full request. It returns when both are durable.
    package func record(_ intent: Intent, until deadline: UInt64 = .max) async throws(TrailError) {
        let error = await withCheckedContinuation { continuation in
            record(intent, until: deadline) { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }

    /// Queues a completion, and waits for its commit, at most `limit`.
    package func record(_ completion: Completion, of intent: Intent, waitingAtMost limit: Duration) async {
        await withCheckedContinuation { continuation in
            record(completion, of: intent, waitingAtMost: limit) { continuation.resume() }
        }
    }

    /// Waits until no completion is queued, at most `limit`.
    /// - Returns: how many are still queued.
    package func flush(within limit: Duration) async -> Int {
        _ = await completions.flush(within: limit)
        return completions.metrics.queuedRequests.value
    }

    /// Refuses all later intents. Those that wait fail.
    package func stopIntents() {
        intents.close()
        keyedIntents.close()
    }

    /// Ends the connections.
    package func close() {
        stopIntents()
        completions.close()
    }
}
