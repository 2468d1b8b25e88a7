package import EventLoop
import Bytes
import JSON
import Time
package import Postgres

/// Records intents of calls with an idempotency key: the intent is written only if its key is not claimed yet.
///
/// Claims that arrive while a transaction runs go into the next one together. Their keys are inserted in sorted order,
/// and a key that exists is left out, so transactions of several replicas cannot deadlock. The writer has connections
/// of its own, one for claims and one for looking keys up. Calls without a key never wait for it, and it never waits
/// for a reader of the trail. The limit of calls in flight bounds what waits. Use it on the loop's thread.
package final class KeyedIntentWriter {
    /// The most claims of one transaction.
    static let maximumBatch = 64
    /// How long the same rows are written again after a lost connection.
    static let doubtNanoseconds: UInt64 = 1_000_000_000

    private let claims: PostgresPool
    let lookUps: PostgresPool
    /// The longest that one statement may take.
    static let timeout: Duration = .seconds(5)
    private var waiting: [Item] = []
    private var isWriting = false
    private var isClosed = false

    /// A claim that waits for its commit.
    private final class Item {
        let claim: IdempotencyClaim
        let run: Int
        let intent: Intent
        let sealed: SealedRow?
        let deadline: UInt64
        var result: Result<Bool, TrailError>?
        private var continuation: CheckedContinuation<Void, Never>?
        private var isCalled = false
        /// Whether the database refused the request's text, which is then left out.
        var omitsText = false

        init(_ claim: IdempotencyClaim, run: Int, intent: Intent, sealed: SealedRow?, deadline: UInt64) {
            self.claim = claim
            self.run = run
            self.intent = intent
            self.sealed = sealed
            self.deadline = deadline
        }

        /// Waits for ``call()``, which may have come while the caller suspended.
        func wait(_ continuation: CheckedContinuation<Void, Never>) {
            if isCalled { continuation.resume() } else { self.continuation = continuation }
        }

        /// Wakes the caller: its claim is written, or it has to write for all that wait.
        func call() {
            isCalled = true
            continuation?.resume()
            continuation = nil
        }
    }

    /// The content of a row of `audit.sealed`.
    struct SealedRow {
        let keyID: UInt32
        let bytes: Int
        /// Nil for a request over the limit.
        let sealed: [UInt8]?
    }

    /// A writer without a connection. It connects for the first claim.
    package init(loop: EventLoop, settings: PostgresSettings) {
        claims = PostgresPool(loop: loop, settings: settings, size: 1, waitTimeout: .seconds(1))
        lookUps = PostgresPool(
            loop: loop, settings: settings, size: 1, maximumWaiting: .max, waitTimeout: .seconds(1))
    }

    /// Claims a run of a key and records the intent, both durably, or neither.
    /// - Parameter deadline: when to give up, on the clock of `EventLoop.now()`.
    /// - Returns: false if the run of the key is claimed already. Nothing is recorded then.
    func record(
        _ intent: Intent, sealed: SealedRow?, claim: IdempotencyClaim, run: Int, until deadline: UInt64
    ) async throws(TrailError) -> Bool {
        guard !isClosed else { throw TrailError("the writer is closed") }
        let item = Item(claim, run: run, intent: intent, sealed: sealed, deadline: deadline)
        waiting.append(item)
        if isWriting {
            await withCheckedContinuation { item.wait($0) }
        } else {
            // Before anything suspends: there is one writer at a time.
            isWriting = true
        }
        // The caller whose claim is not written yet writes for all that wait.
        if item.result == nil { await write(for: item) }
        switch item.result {
        case .success(let isRecorded): return isRecorded
        case .failure(let error): throw error
        case nil: throw TrailError("the claim was not written")
        }
    }

    /// From now on no claim is recorded; those that wait fail.
    package func close() {
        isClosed = true
        claims.close()
        lookUps.close()
    }

    private func write(for leader: Item) async {
        while leader.result == nil {
            let batch = Array(waiting.prefix(Self.maximumBatch))
            waiting.removeFirst(batch.count)
            await write(batch)
            for item in batch where item !== leader { item.call() }
        }
        // The next caller that waits writes the next batch. `isWriting` stays set until it runs. Otherwise a new caller
        // could write its claim with a batch of its own, and the next caller would wait for that claim without an end.
        if let next = waiting.first { next.call() } else { isWriting = false }
    }

    private func write(_ batch: [Item]) async {
        let now = EventLoop.now()
        let live = batch.filter { item in
            if item.deadline > now { return true }
            item.result = .failure(TrailError("no time was left for the commit"))
            return false
        }
        guard !live.isEmpty else { return }
        do throws(PostgresError) {
            let recorded = try await commit(live)
            for item in live { item.result = .success(recorded.contains(item.intent.id)) }
        } catch {
            await handle(error, of: live)
        }
    }

    private func handle(_ error: PostgresError, of batch: [Item]) async {
        // PostgreSQL takes no NUL characters in texts. The claim at fault is found by writing each alone.
        if error.sqlState?.hasPrefix("22") == true {
            guard batch.count == 1, let item = batch.first else {
                for item in batch { await write([item]) }
                return
            }
            guard !item.omitsText else {
                item.result = .failure(TrailError(error.description))
                return
            }
            item.omitsText = true
            await write([item])
            return
        }
        let mayBeRecorded = error.kind == .connection || error.kind == .timeout
        for item in batch { item.result = .failure(TrailError(error, mayBeRecorded: mayBeRecorded)) }
    }

    /// Writes a batch, again for a second after a lost connection: its rows may have been committed.
    private func commit(_ batch: [Item]) async throws(PostgresError) -> Set<CallID> {
        let doubtEnd = EventLoop.now() + Self.doubtNanoseconds
        while true {
            do throws(PostgresError) {
                return try await commitOnce(batch)
            } catch {
                let isLost = error.kind == .connection || error.kind == .timeout
                guard isLost, !isClosed, EventLoop.now() < doubtEnd else { throw error }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func commitOnce(_ batch: [Item]) async throws(PostgresError) -> Set<CallID> {
        let deadline = batch.map(\.deadline).max() ?? 0
        let left = deadline - min(EventLoop.now(), deadline)
        let rows = try await claims.query(
            Self.statement,
            [.text(Self.claims(of: batch)), .text(Self.intents(of: batch)), .text(Self.sealed(of: batch))],
            timeout: min(.nanoseconds(Int64(left)), Self.timeout))
        return Set(rows.compactMap { $0["id"].text.flatMap { CallID($0) } })
    }

    /// Inserts the claims; of those that are new, the intents and sealed requests. A claim that is there with the same
    /// call was committed before the connection was lost.
    private static let statement = """
        WITH given AS (
            SELECT * FROM json_to_recordset($1::json)
                AS g(win integer, key bytea, run integer, id uuid, at timestamptz, fingerprint bytea)
        ), taken AS (
            INSERT INTO audit.keys (win, space, key, run, id, at, fingerprint)
            SELECT win, 1, key, run, id, at, fingerprint FROM given ORDER BY key, run, win
            ON CONFLICT DO NOTHING RETURNING id
        ), own AS (
            SELECT id FROM taken GROUP BY id HAVING count(*) = 2
        ), recorded AS (
            INSERT INTO audit.intents (\(intentColumns))
            SELECT \(intentColumns) FROM json_populate_recordset(NULL::audit.intents, $2::json)
            WHERE id IN (SELECT id FROM own)
        ), kept AS (
            INSERT INTO audit.sealed (id, at, key_id, bytes, sealed)
            SELECT id, at, key_id, bytes, sealed FROM json_populate_recordset(NULL::audit.sealed, $3::json)
            WHERE id IN (SELECT id FROM own)
        )
        SELECT id::text AS id FROM own
        UNION
        SELECT k.id::text FROM audit.keys AS k JOIN given AS g USING (win, key, run) WHERE k.space = 1 AND k.id = g.id
        """

    private static let intentColumns = TrailTables.intents.columns.map(\.name).joined(separator: ", ")
}

// MARK: Rows as JSON

extension KeyedIntentWriter {
    private static func array(_ batch: [Item], _ row: (Item, inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(capacity: 1024)
        json.beginArray()
        for item in batch { row(item, &json) }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func claims(of batch: [Item]) -> String {
        array(batch) { item, json in
            let window = IdempotencyClaim.window(epochMilliseconds: item.intent.id.epochMilliseconds)
            for window in [window, window + 1] {
                json.beginObject()
                json.member("win", Int(window))
                json.member("key", bytes: item.claim.key)
                json.member("run", item.run)
                json.member("id", item.intent.id.text)
                json.member("at", instant(item.intent.id.epochMilliseconds))
                json.member("fingerprint", bytes: item.claim.fingerprint)
                json.endObject()
            }
        }
    }

    private static func intents(of batch: [Item]) -> String {
        array(batch) { item, json in
            let intent = item.intent
            let (request, isTruncated) = TrailRows.truncated(intent.request, to: TrailRows.maximumBodyBytes)
            json.beginObject()
            json.member("id", intent.id.text)
            json.member("at", instant(intent.id.epochMilliseconds))
            json.member("deadline", instant(intent.deadlineMilliseconds))
            json.member("replica", intent.replica)
            json.member("caller", intent.caller)
            json.member("app", intent.app)
            json.member("seller", intent.seller)
            json.member("method", intent.method)
            if !intent.refs.isEmpty {
                json.name("refs")
                json.beginArray()
                for ref in intent.refs { json.string(ref) }
                json.endArray()
            }
            json.member("client_request_id", intent.clientRequestID)
            json.member("trace_id", intent.traceID)
            json.member("request_id", intent.requestID)
            if !item.omitsText { json.member("request", request) }
            json.name("request_truncated")
            json.bool(isTruncated)
            if !intent.keys.values.isEmpty {
                json.name("keys")
                json.beginArray()
                for key in intent.keys.values { json.integer(Int(key)) }
                json.endArray()
            }
            if let version = intent.keys.version { json.member("key_version", Int(version)) }
            json.member("repeat_of", intent.repeatOf?.text)
            json.endObject()
        }
    }

    private static func sealed(of batch: [Item]) -> String {
        array(batch) { item, json in
            guard let sealed = item.sealed else { return }
            json.beginObject()
            json.member("id", item.intent.id.text)
            json.member("at", instant(item.intent.id.epochMilliseconds))
            json.member("key_id", Int(sealed.keyID))
            json.member("bytes", sealed.bytes)
            if let bytes = sealed.sealed { json.member("sealed", bytes: bytes) }
            json.endObject()
        }
    }

    private static func instant(_ epochMilliseconds: Int64) -> String {
        RFC3339.text(epochMilliseconds: epochMilliseconds)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        self.name(name)
        string(text)
    }

    fileprivate mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        integer(number)
    }

    /// As PostgreSQL reads a `bytea`.
    fileprivate mutating func member(_ name: String, bytes: [UInt8]) {
        member(name, "\\x" + Hex.lower(bytes))
    }
}
