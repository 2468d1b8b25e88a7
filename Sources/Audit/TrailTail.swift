public import Postgres

/// Calls as they end, each once, in the order in which they ended as far as they are seen together.
///
/// A call ends with its row, which may come long after the call itself: the reconciler closes calls of a replica that
/// died, and a replica keeps its rows while the database is away. So it is not time that tells what is new but
/// PostgreSQL: a row is, when it is visible now and was not in the snapshot of the look before. Most rows are found
/// among the latest calls; now and then a look goes back by a day, and further where PostgreSQL's count of a day's rows
/// says that some came.
///
/// A call that was shown as closed by the reconciler is not shown again when its replica's own row comes after all.
public struct TrailTail: Sendable {
    /// The most calls that ``next(from:)`` gives at once.
    static let pageRows = 1000
    /// How far back a usual look goes at least, in milliseconds: further when calls from before are open.
    static let usualReach: Int64 = 600_000
    /// How far back a thorough look goes: further than the reconciler's own.
    static let thoroughReach: Int64 = 25 * TrailWalk.hour
    /// The time between two thorough looks, at most and at least; in between, they take a fiftieth of the time.
    static let thoroughPause: Int64 = 60_000
    private static let shortestPause: Int64 = 2000
    /// PostgreSQL counts a row within this time after it is there: a look at an earlier day goes back to what was seen so
    /// long ago at least.
    static let countingTime: Int64 = 120_000
    /// After so many calls a thorough look is taken at once, so that what is remembered of them stays small.
    static let maximumRemembered = 100_000

    private let filter: AuthorizedTrailQuery
    /// What the last look saw.
    private var usual: Moment
    /// What the last thorough look saw.
    private var thorough: Moment
    /// What looks at earlier days go back to, and what comes in its place.
    private var earlier: Moment
    private var laterEarlier: Moment
    /// Rows of each earlier day, as far as they were looked at; nil before the first look.
    private var counts: [Int64: Int64]?
    /// When the next look at an earlier day may be taken.
    private var dayDue: Int64 = 0
    /// The next thorough look comes when so much time has passed since the last one.
    private var pause: Int64
    /// When the look at hand began.
    private var lookStart = ContinuousClock.now
    /// A look whose calls have not all been given yet.
    private var look: Look?
    /// Calls given since the last thorough look, which would find them again.
    private var given: Set<CallID> = []
    /// Calls given that a look at an earlier day would find again, since each of the moments that such looks go back to.
    private var givenEarlier: Set<CallID> = []
    private var givenLaterEarlier: Set<CallID> = []
    /// Calls given as the reconciler closed them.
    private var givenAsUnknown: Set<CallID> = []

    init(_ filter: AuthorizedTrailQuery, from moment: Moment) {
        self.filter = filter
        usual = moment
        thorough = moment
        earlier = moment
        laterEarlier = moment
        counts = moment.counts
        pause = Self.shortestPause
    }

    /// Whether calls that have ended wait to be given: ask again at once.
    public var hasMore: Bool { look != nil }

    /// The next calls that have ended; none when there are none. After an error it goes on where it stood.
    public mutating func next(from reader: TrailReader) async throws(PostgresError) -> [TrailRecord] {
        let look = try await currentLook(reader)
        let rows = try await reader.ended(filter, look)
        var fresh: [TrailRow] = []
        for (row, source, _) in rows where !isGiven(row.id) {
            given.insert(row.id)
            // A little more than is needed: the bounds of looks move on.
            if row.id.epochMilliseconds < look.upTo.milliseconds - TrailWalk.day {
                givenEarlier.insert(row.id)
                givenLaterEarlier.insert(row.id)
            }
            if source == 0 { givenAsUnknown.insert(row.id) }
            fresh.append(row)
        }
        let notes = try await reader.notes(of: fresh.map(\.id))
        if rows.count < Self.pageRows {
            finish(look)
        } else {
            self.look?.beyond = rows.last.map { ($0.finishedAt, $0.row.id) }
        }
        return fresh.map { TrailRecord(row: $0, notes: notes[$0.id] ?? []) }
    }

    private func isGiven(_ id: CallID) -> Bool {
        given.contains(id) || givenAsUnknown.contains(id) || givenEarlier.contains(id)
    }

    private mutating func currentLook(_ reader: TrailReader) async throws(PostgresError) -> Look {
        if let look { return look }
        lookStart = .now
        let now = try await reader.moment()
        let made = dayLook(now) ?? recentLook(now)
        look = made
        return made
    }

    private func recentLook(_ now: Moment) -> Look {
        let isThorough =
            now.milliseconds - thorough.milliseconds >= pause || given.count > Self.maximumRemembered
        let past = isThorough ? thorough : usual
        let from = isThorough ? now.milliseconds - Self.thoroughReach : usual.milliseconds - Self.usualReach
        return Look(
            after: past.snapshot, upTo: now, from: min(from, past.openSince ?? from),
            kind: isThorough ? .thorough : .usual)
    }

    /// A look at the latest day beyond a thorough look's reach to which rows came; nil when there is none.
    private func dayLook(_ now: Moment) -> Look? {
        guard now.milliseconds >= dayDue, let counts, let found = now.counts else { return nil }
        let edge = now.milliseconds - Self.thoroughReach
        guard let day = found.filter({ $0.key < edge && counts[$0.key] != $0.value }).keys.max() else { return nil }
        return Look(
            after: earlier.snapshot, upTo: now, from: day, to: min(day + TrailWalk.day, edge), kind: .day(day))
    }

    private mutating func finish(_ look: Look) {
        let took = (ContinuousClock.now - lookStart).components
        let wanted = (took.seconds * 1000 + took.attoseconds / 1_000_000_000_000_000) * 50
        switch look.kind {
        case .usual: usual = look.upTo
        case .thorough:
            usual = look.upTo
            thorough = look.upTo
            given = []
            pause = min(max(wanted, Self.shortestPause), Self.thoroughPause)
        case .day(let day):
            counts?[day] = look.upTo.counts?[day]
            // The latest calls have their turn in between, however many days there are.
            dayDue = look.upTo.milliseconds + min(max(wanted, Self.shortestPause), Self.thoroughPause)
        }
        if counts == nil { counts = look.upTo.counts }
        if look.upTo.milliseconds - laterEarlier.milliseconds >= Self.countingTime {
            earlier = laterEarlier
            givenEarlier = givenLaterEarlier
            laterEarlier = look.upTo
            givenLaterEarlier = []
        }
        if givenAsUnknown.count > Self.maximumRemembered { givenAsUnknown = [] }
        self.look = nil
    }
}

extension TrailTail {
    /// A moment of the database.
    struct Moment: Sendable {
        let snapshot: TrailSnapshot
        /// Milliseconds since 1970.
        let milliseconds: Int64
        /// Since when calls may be open.
        let openSince: Int64?
        /// Rows that PostgreSQL counts in each day of calls, by the day's beginning.
        var counts: [Int64: Int64]?
    }

    /// How far a look goes.
    enum Kind: Sendable {
        /// Over the latest calls.
        case usual
        /// Over those of a day.
        case thorough
        /// Over an earlier day, by its beginning.
        case day(Int64)
    }

    /// What became visible between two moments.
    struct Look: Sendable {
        let after: TrailSnapshot
        let upTo: Moment
        /// Only calls received from here on, milliseconds since 1970.
        let from: Int64
        /// Only calls received before; nil: all.
        var to: Int64?
        let kind: Kind
        /// The last row given: when it ended, as PostgreSQL wrote it, and its id.
        var beyond: (finishedAt: String, id: CallID)?
    }
}

extension TrailReader {
    /// Follows the calls that end from now on.
    public func tail(_ filter: AuthorizedTrailQuery) async throws(PostgresError) -> TrailTail {
        TrailTail(filter, from: try await moment())
    }

    func moment() async throws(PostgresError) -> TrailTail.Moment {
        let sql = """
            SELECT pg_current_snapshot()::text AS snapshot, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, \
            (extract(epoch FROM (SELECT closed_before FROM audit.reconciliation)) * 1000)::bigint AS open_since, \
            (SELECT string_agg((extract(epoch FROM audit.day_start(to_date(day, 'YYYYMMDD'))) * 1000)::bigint || ':' || inserted, ' ') \
             FROM (\(DayCounts.statement(of: "calls"))) AS days) AS counts
            """
        let row = try await query(sql, []).first
        return TrailTail.Moment(
            snapshot: TrailSnapshot(row?["snapshot"].text ?? ""), milliseconds: row?["now"].integer ?? 0,
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
