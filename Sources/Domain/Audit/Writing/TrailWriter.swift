import Synchronization
package import Crypto
package import EventLoop
package import Postgres

/// Writes the trail of one worker: intents before calls, endings after them. On the worker's loop only.
///
/// Both are committed in groups. Intents and endings have connections of their own, so that an ending never delays a
/// call that is about to leave.
package final class TrailWriter {
    /// The limits of the queue of endings.
    package struct Limits: Sendable {
        /// Calls that may be under way when the queue reaches its limit, and the bytes that one usually needs.
        static let callsUnderWay = 65_536
        static let usualBytes = 4096

        /// Endings that wait at most.
        package var outcomeRows: Int
        /// Bytes of their rows at most.
        package var outcomeBytes: Int
        /// Connections for intents. One: what waits while it commits goes together in its next batch.
        package var intentConnections = 1
        /// Connections for endings.
        package var outcomeConnections = 1

        /// Limits with the usual connections.
        package init(outcomeRows: Int, outcomeBytes: Int) {
            self.outcomeRows = outcomeRows
            self.outcomeBytes = outcomeBytes
        }
    }

    private let intents: BatchWriter
    private let endings: BatchWriter
    private let keyedIntents: KeyedIntentWriter
    private let limits: Limits
    private let figures: TrailFigures
    private var fingerprintKey: FingerprintKey?
    private var sealer: RequestSealer?

    /// Starts to connect. On the loop's thread.
    /// - Parameters:
    ///   - sealer: seals full requests, which are kept beside the intents; nil keeps none.
    ///   - onEvent: what the writers meet, for logs; `intents` or `outcomes` says which.
    package init(
        loop: EventLoop, settings: PostgresSettings, limits: Limits, figures: TrailFigures,
        sealer: Sealer? = nil,
        onEvent: @escaping (_ writer: String, WriterEvent) -> Void
    ) {
        self.limits = limits
        self.figures = figures
        self.sealer = sealer.map { RequestSealer($0, figures: figures) }
        intents = BatchWriter(
            loop: loop, settings: settings, tables: [TrailTables.intents, TrailTables.sealed],
            configuration: WriterConfiguration(mode: .bounded, connections: limits.intentConnections),
            metrics: figures.intentsWriter)
        var persistent = WriterConfiguration(mode: .persistent, connections: limits.outcomeConnections)
        // Calls that were admitted while there was room must find some when they end.
        persistent.maximumRequests = limits.outcomeRows + Limits.callsUnderWay
        persistent.maximumBytes = limits.outcomeBytes + Limits.callsUnderWay * Limits.usualBytes
        endings = BatchWriter(
            loop: loop, settings: settings,
            tables: [TrailTables.calls, TrailTables.responses, TrailTables.replies, TrailTables.lookups],
            configuration: persistent, metrics: figures.outcomesWriter)
        keyedIntents = KeyedIntentWriter(loop: loop, settings: settings)
        intents.onEvent = { [unowned intents] event in
            figures.intentsConnection.note(event, isConnected: intents.isConnected)
            onEvent("intents", event)
        }
        endings.onEvent = { [unowned endings] event in
            figures.outcomesConnection.note(event, isConnected: endings.isConnected)
            onEvent("outcomes", event)
        }
        // Also when the queue empties after an outage and no call comes any more.
        endings.onCommit = { [unowned endings] in
            figures.queued.store(endings.metrics.queuedRequests.value, ordering: .relaxed)
        }
    }

    /// From now on business keys are kept as fingerprints under this key.
    package func use(_ key: FingerprintKey) { fingerprintKey = key }

    /// No fingerprints yet, for the business keys of one call.
    package var fingerprints: Fingerprints { Fingerprints(key: fingerprintKey) }

    /// Whether intents and endings each have a connection.
    package var isConnected: Bool { intents.isConnected && endings.isConnected }

    /// Whether another ending would find room: calls are refused before their intent while there is none.
    package var hasRoom: Bool {
        let queued = endings.metrics
        return queued.queuedRequests.value < limits.outcomeRows && queued.queuedBytes.value < limits.outcomeBytes
    }

    /// Records an intent and its full request. Calls `completion` when both are durable or have failed.
    /// - Parameters:
    ///   - deadline: when to give up at the latest, on the clock of `EventLoop.now()`.
    ///   - completion: called once on the loop's thread, after this function has returned unless sealing fails.
    package func record(
        _ intent: Intent, until deadline: UInt64 = .max, then completion: @escaping (TrailError?) -> Void
    ) {
        let row = TrailRows.row(intent, table: 0, intents.rowPool)
        let unit: [EncodedRow]
        do throws(CryptoError) {
            unit = if let sealed = try sealer?.row(intent, table: 1, intents.rowPool) { [row, sealed] } else { [row] }
        } catch {
            return completion(TrailError(error))
        }
        intents.write(unit, until: deadline) { completion($0.map { TrailError($0) }) }
    }

    /// The latest run of an idempotency key; nil if the key is not in use.
    /// - Parameter nowMilliseconds: the replica's clock. It tells the windows in which the key is looked up.
    package func latestRun(of claim: IdempotencyClaim, nowMilliseconds: Int64) async throws(PostgresError)
        -> IdempotencyRecord?
    {
        try await keyedIntents.latestRun(of: claim, nowMilliseconds: nowMilliseconds)
    }

    /// Returns when the intent of a call with an idempotency key is durable, with the claim of its key.
    /// - Returns: false if the run of the key is claimed already. Then nothing is recorded.
    package func record(_ intent: Intent, claim: IdempotencyClaim, run: Int, until deadline: UInt64)
        async throws(TrailError) -> Bool
    {
        let sealed: KeyedIntentWriter.SealedRow?
        do throws(CryptoError) { sealed = try sealer?.content(intent) } catch { throw TrailError(error) }
        return try await keyedIntents.record(intent, sealed: sealed, claim: claim, run: run, until: deadline)
    }

    /// Queues an ending. Calls `completion` when it is committed, and after `limit` at the latest. An ending that is not
    /// committed by then stays queued until it is written.
    /// - Parameter completion: called once on the loop's thread, after this function has returned.
    package func record(
        _ ending: Ending, of intent: Intent, waitingAtMost limit: Duration, then completion: @escaping () -> Void
    ) {
        let row = TrailRows.row(ending, of: intent, table: 0, endings.rowPool)
        let response = TrailRows.responseRow(ending, of: intent, table: 1, endings.rowPool)
        var unit = if let response { [row, response] } else { [row] }
        if let reply = ending.reply { unit.append(reply.row(of: intent.id, table: 2)) }
        unit += TrailRows.lookupRows(of: intent, table: 3, endings.rowPool)
        endings.write(unit, waitingAtMost: limit) { [self] outcome in
            count(outcome)
            completion()
        }
    }

    private func count(_ outcome: WriteOutcome) {
        switch outcome {
        case .committed: break
        case .queued: figures.late.wrappingAdd(1, ordering: .relaxed)
        case .failed: figures.failed.wrappingAdd(1, ordering: .relaxed)
        }
        figures.queued.store(endings.metrics.queuedRequests.value, ordering: .relaxed)
    }

    /// Returns when the intent is durable, and its full request with it.
    package func record(_ intent: Intent, until deadline: UInt64 = .max) async throws(TrailError) {
        let error = await withCheckedContinuation { continuation in
            record(intent, until: deadline) { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }

    /// Queues an ending, and waits for its commit for a time.
    package func record(_ ending: Ending, of intent: Intent, waitingAtMost limit: Duration) async {
        await withCheckedContinuation { continuation in
            record(ending, of: intent, waitingAtMost: limit) { continuation.resume() }
        }
    }

    /// Waits until no ending is queued, until `limit`.
    /// - Returns: how many still are.
    package func flush(within limit: Duration) async -> Int {
        _ = await endings.flush(within: limit)
        return endings.metrics.queuedRequests.value
    }

    /// From now on no intent is recorded; those that wait fail.
    package func stopIntents() {
        intents.close()
        keyedIntents.close()
    }

    /// Ends the connections.
    package func close() {
        stopIntents()
        endings.close()
    }
}
