public import Postgres

/// Calls as they end, each once, in the order in which they ended as far as they are seen together.
///
/// A call ends with its row, which may come long after the call itself: the reconciler closes calls of a replica that
/// died, and a replica keeps its rows while the database is away. So it is not time that tells what is new but
/// PostgreSQL: a row is, when it is visible now and was not in the snapshot of the look before. Most rows are found
/// among the latest calls; now and then a look goes back as far as rows can come late.
///
/// A call that was shown as closed by the reconciler is not shown again when its replica's own row comes after all.
public struct TrailTail: Sendable {
    /// The most calls that ``next(from:)`` gives at once.
    static let pageRows = 1000
    /// How far back a usual look goes at least, in milliseconds: further when calls from before are open.
    static let usualReach: Int64 = 600_000
    /// How far back a thorough look goes: further than the reconciler's own.
    static let thoroughReach: Int64 = 25 * TrailWalk.hour
    /// The time between two thorough looks.
    static let thoroughPause: Int64 = 60_000
    /// After so many calls a thorough look is taken at once, so that what is remembered of them stays small.
    static let maximumRemembered = 100_000

    private let filter: TrailFilter
    /// What the last look saw.
    private var usual: Moment
    /// What the last thorough look saw.
    private var thorough: Moment
    /// A look whose calls have not all been given yet.
    private var look: Look?
    /// Calls given since the last thorough look, which would find them again.
    private var given: Set<CallID> = []
    /// Calls given as the reconciler closed them.
    private var givenAsUnknown: Set<CallID> = []

    init(_ filter: TrailFilter, from moment: Moment) {
        self.filter = filter
        usual = moment
        thorough = moment
    }

    /// Whether calls that have ended wait to be given: ask again at once.
    public var hasMore: Bool { look != nil }

    /// The next calls that have ended; none when there are none. After an error it goes on where it stood.
    public mutating func next(from reader: TrailReader) async throws(PostgresError) -> [TrailRecord] {
        let look = try await currentLook(reader)
        let rows = try await reader.ended(filter, look)
        var fresh: [TrailRow] = []
        for (row, source, _) in rows where !given.contains(row.id) && !givenAsUnknown.contains(row.id) {
            given.insert(row.id)
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

    private mutating func currentLook(_ reader: TrailReader) async throws(PostgresError) -> Look {
        if let look { return look }
        let now = try await reader.moment()
        let isThorough =
            now.milliseconds - thorough.milliseconds >= Self.thoroughPause || given.count > Self.maximumRemembered
        let past = isThorough ? thorough : usual
        let from = isThorough ? now.milliseconds - Self.thoroughReach : usual.milliseconds - Self.usualReach
        let made = Look(
            after: past.snapshot, upTo: now, from: min(from, past.openSince ?? from), isThorough: isThorough)
        look = made
        return made
    }

    private mutating func finish(_ look: Look) {
        usual = look.upTo
        if look.isThorough {
            thorough = look.upTo
            given = []
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
    }

    /// What became visible between two moments.
    struct Look: Sendable {
        let after: TrailSnapshot
        let upTo: Moment
        /// Only calls received from here on, milliseconds since 1970.
        let from: Int64
        let isThorough: Bool
        /// The last row given: when it ended, as PostgreSQL wrote it, and its id.
        var beyond: (finishedAt: String, id: CallID)?
    }
}

extension TrailReader {
    /// Follows the calls that end from now on.
    public func tail(_ filter: TrailFilter) async throws(PostgresError) -> TrailTail {
        TrailTail(filter, from: try await moment())
    }

    func moment() async throws(PostgresError) -> TrailTail.Moment {
        let sql = """
            SELECT pg_current_snapshot()::text AS snapshot, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, \
            (extract(epoch FROM (SELECT closed_before FROM audit.reconciliation)) * 1000)::bigint AS open_since
            """
        let row = try await query(sql, []).first
        return TrailTail.Moment(
            snapshot: TrailSnapshot(row?["snapshot"].text ?? ""), milliseconds: row?["now"].integer ?? 0,
            openSince: row?["open_since"].integer)
    }
}
