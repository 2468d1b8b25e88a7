package import Postgres
import Time

/// The change feed: calls as they end, each once, in the order in which they ended as far as one scan finds them.
///
/// A completion can become visible long after its call began. The reconciler closes calls of a lost replica, and a
/// replica queues rows while the database is unavailable. New rows are therefore recognised by transaction snapshots,
/// not by time: a row is new if it is visible now and was not visible in the snapshot of the previous scan. Most new
/// rows belong to recent calls. From time to time a scan goes back by a day. It goes further back if PostgreSQL's
/// counter of inserted rows changes for an earlier day.
///
/// A call that was given as closed by the reconciler is not given again when its replica's own row arrives.
package struct CallChangeFeed: Sendable {
    /// The maximum number of calls that ``next(from:)`` returns.
    static let pageRows = 1000
    /// How far back a recent scan goes at least, in milliseconds. It goes further if earlier calls are open.
    static let recentReach: Int64 = 600_000
    /// How far back a thorough scan goes: further than the reconciler.
    static let thoroughReach: Int64 = 25 * WindowIterator.hour
    /// The maximum time between two thorough scans, in milliseconds. The minimum is `shortestPause`. In between, scans
    /// may take a fiftieth of the time.
    static let thoroughPause: Int64 = 60_000
    private static let shortestPause: Int64 = 2000
    /// PostgreSQL counts an inserted row within this time, in milliseconds. A scan of an earlier day goes back to a
    /// checkpoint that is at least this old.
    static let countingTime: Int64 = 120_000
    /// After this many calls the next scan is thorough, which limits how many calls are remembered.
    static let maximumRemembered = 100_000

    private let filter: AuthorizedTrailQuery
    /// The checkpoint of the last recent scan.
    private var recent: Checkpoint
    /// The checkpoint of the last thorough scan.
    private var thorough: Checkpoint
    /// The checkpoint from which scans of earlier days start, and the one that replaces it next.
    private var earlier: Checkpoint
    private var laterEarlier: Checkpoint
    /// Inserted rows of each day as far as they were scanned; nil before the first scan.
    private var counts: [Int64: Int64]?
    /// When the next scan of an earlier day may start, in milliseconds since 1970.
    private var dayDue: Int64 = 0
    /// The time from one thorough scan to the next, in milliseconds.
    private var pause: Int64
    /// When the current scan began.
    private var scanStart = ContinuousClock.now
    /// The current scan, if it has more calls.
    private var scan: Scan?
    /// Calls given since the last thorough scan. The next one would find them again.
    private var given: Set<CallID> = []
    /// Calls given that a scan of an earlier day would find again, for each of the two checkpoints.
    private var givenEarlier: Set<CallID> = []
    private var givenLaterEarlier: Set<CallID> = []
    /// Calls given as closed by the reconciler.
    private var givenAsUnknown: Set<CallID> = []

    init(_ filter: AuthorizedTrailQuery, from checkpoint: Checkpoint) {
        self.filter = filter
        recent = checkpoint
        thorough = checkpoint
        earlier = checkpoint
        laterEarlier = checkpoint
        counts = checkpoint.counts
        pause = Self.shortestPause
    }

    /// Whether more calls are available at once.
    package var hasMore: Bool { scan != nil }

    /// The next calls that have ended, possibly none. After an error the feed continues where it was.
    package mutating func next(from reader: TrailReader) async throws(PostgresError) -> [CallDetail] {
        let scan = try await currentScan(reader)
        let rows = try await reader.ended(filter, scan)
        var fresh: [CallSummary] = []
        for (row, source, _) in rows where !isGiven(row.id) {
            given.insert(row.id)
            // Remember a few more calls than needed, because the bounds of scans move.
            if row.id.epochMilliseconds < scan.upTo.milliseconds - WindowIterator.day {
                givenEarlier.insert(row.id)
                givenLaterEarlier.insert(row.id)
            }
            if source == 0 { givenAsUnknown.insert(row.id) }
            fresh.append(row)
        }
        let notes = try await reader.notes(of: fresh.map(\.id))
        if rows.count < Self.pageRows {
            finish(scan)
        } else {
            self.scan?.beyond = rows.last.map { ($0.finishedAt, $0.row.id) }
        }
        return fresh.map { CallDetail(row: $0, notes: notes[$0.id] ?? []) }
    }

    private func isGiven(_ id: CallID) -> Bool {
        given.contains(id) || givenAsUnknown.contains(id) || givenEarlier.contains(id)
    }

    private mutating func currentScan(_ reader: TrailReader) async throws(PostgresError) -> Scan {
        if let scan { return scan }
        scanStart = .now
        let now = try await reader.checkpoint()
        let made = dayScan(now) ?? recentScan(now)
        scan = made
        return made
    }

    private func recentScan(_ now: Checkpoint) -> Scan {
        let isThorough =
            now.milliseconds - thorough.milliseconds >= pause || given.count > Self.maximumRemembered
        let past = isThorough ? thorough : recent
        let from = isThorough ? now.milliseconds - Self.thoroughReach : recent.milliseconds - Self.recentReach
        return Scan(
            after: past.snapshot, upTo: now, from: min(from, past.openSince ?? from),
            kind: isThorough ? .thorough : .recent)
    }

    /// A scan of the latest day that is beyond a thorough scan's reach and has new rows; nil if there is no such day.
    private func dayScan(_ now: Checkpoint) -> Scan? {
        guard now.milliseconds >= dayDue, let counts, let found = now.counts else { return nil }
        let edge = now.milliseconds - Self.thoroughReach
        guard let day = found.filter({ $0.key < edge && counts[$0.key] != $0.value }).keys.max() else { return nil }
        return Scan(
            after: earlier.snapshot, upTo: now, from: day, to: min(day + WindowIterator.day, edge), kind: .day(day))
    }

    private mutating func finish(_ scan: Scan) {
        let wanted = (ContinuousClock.now - scanStart).milliseconds * 50
        switch scan.kind {
        case .recent: recent = scan.upTo
        case .thorough:
            recent = scan.upTo
            thorough = scan.upTo
            given = []
            pause = min(max(wanted, Self.shortestPause), Self.thoroughPause)
        case .day(let day):
            counts?[day] = scan.upTo.counts?[day]
            // Recent scans run in between, however many days have new rows.
            dayDue = scan.upTo.milliseconds + min(max(wanted, Self.shortestPause), Self.thoroughPause)
        }
        if counts == nil { counts = scan.upTo.counts }
        if scan.upTo.milliseconds - laterEarlier.milliseconds >= Self.countingTime {
            earlier = laterEarlier
            givenEarlier = givenLaterEarlier
            laterEarlier = scan.upTo
            givenLaterEarlier = []
        }
        if givenAsUnknown.count > Self.maximumRemembered { givenAsUnknown = [] }
        self.scan = nil
    }
}

extension CallChangeFeed {
    /// A checkpoint: the state of the database up to which the feed has read.
    struct Checkpoint: Sendable {
        let snapshot: DatabaseSnapshot
        /// Milliseconds since 1970.
        let milliseconds: Int64
        /// The instant since which calls may be open, in milliseconds since 1970.
        let openSince: Int64?
        /// The number of rows that PostgreSQL counted for each day of calls, by the day's first instant.
        var counts: [Int64: Int64]?
    }

    /// How far a scan goes.
    enum ScanKind: Sendable {
        /// Recent calls.
        case recent
        /// The calls of about a day.
        case thorough
        /// The calls of an earlier day, by its first instant.
        case day(Int64)
    }

    /// A search for the calls that became visible between two checkpoints.
    struct Scan: Sendable {
        let after: DatabaseSnapshot
        let upTo: Checkpoint
        /// Only calls received from this instant on, in milliseconds since 1970.
        let from: Int64
        /// Only calls received before this instant; nil for no limit.
        var to: Int64?
        let kind: ScanKind
        /// The last row given: when it ended, as PostgreSQL wrote it, and its id.
        var beyond: (finishedAt: String, id: CallID)?
    }
}

extension TrailReader {
    /// Starts a feed of the calls that end from now on.
    package func tail(_ filter: AuthorizedTrailQuery) async throws(PostgresError) -> CallChangeFeed {
        CallChangeFeed(filter, from: try await checkpoint())
    }

    func checkpoint() async throws(PostgresError) -> CallChangeFeed.Checkpoint {
        let sql = """
            SELECT pg_current_snapshot()::text AS snapshot, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, \
            (extract(epoch FROM (SELECT closed_before FROM audit.reconciliation)) * 1000)::bigint AS open_since, \
            (SELECT string_agg((extract(epoch FROM audit.day_start(to_date(day, 'YYYYMMDD'))) * 1000)::bigint || ':' || inserted, ' ') \
             FROM (\(DayCounts.statement(of: "calls"))) AS days) AS counts
            """
        let row = try await query(sql, []).first
        return CallChangeFeed.Checkpoint(
            snapshot: DatabaseSnapshot(row?["snapshot"].text ?? ""), milliseconds: row?["now"].integer ?? 0,
            openSince: row?["open_since"].integer, counts: Self.counts(row?["counts"].text ?? ""))
    }

    private static func counts(_ text: String) -> [Int64: Int64] {
        var counts: [Int64: Int64] = [:]
        for pair in text.split(separator: " ") {
            let parts = pair.split(separator: ":").compactMap { Int64($0) }
            if parts.count == 2 { counts[parts[0]] = parts[1] }
        }
        return counts
    }
}
