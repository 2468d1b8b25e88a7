/// The rows of one call, on their way: they are written in one transaction or not at all.
final class WriteUnit {
    /// Who waits for the unit.
    enum Waiter {
        case nobody
        /// Waits until the unit is settled.
        case forResult(UnsafeContinuation<WriteError?, Never>)
        /// Waits until the unit is settled or the unit's deadline has passed.
        case forOutcome(UnsafeContinuation<WriteOutcome, Never>)
    }

    private(set) var rows: [EncodedRow]
    let bytes: Int
    let rowCount: Int
    /// When the waiter gets an answer at the latest, on the loop's clock; `.max` for never.
    var deadline: UInt64
    /// A transaction with these rows was sent, and its answer never came.
    var isInDoubt = false
    /// The rows are on a connection now.
    var isUnderWay = false
    /// The rows have lost their bodies.
    private(set) var isSacrificed = false
    /// When the unit was first put aside because of its surroundings; 0 for never.
    var parkedSince: UInt64 = 0
    /// The last reason why the rows were not written.
    var lastTrouble: PostgresError?
    private(set) var isSettled = false
    private var waiter: Waiter

    init(rows: [EncodedRow], deadline: UInt64, waiter: Waiter) {
        self.rows = rows
        bytes = rows.reduce(0) { $0 + $1.bytes.count }
        rowCount = rows.count
        self.deadline = deadline
        self.waiter = waiter
    }

    var hasWaiter: Bool {
        if case .nobody = waiter { return false }
        return true
    }

    /// Ends the unit, and tells who waits.
    func settle(_ failure: WriteError?) {
        isSettled = true
        let waiter = waiter
        self.waiter = .nobody
        switch waiter {
        case .nobody: break
        case .forResult(let continuation): continuation.resume(returning: failure)
        case .forOutcome(let continuation):
            continuation.resume(returning: failure.map { .failed($0) } ?? .committed)
        }
        dropRowsIfOver()
    }

    /// Lets who waits go, while the unit stays.
    func releaseWaiter() {
        guard case .forOutcome(let continuation) = waiter else { return }
        waiter = .nobody
        continuation.resume(returning: .queued)
    }

    /// Frees the rows of a settled unit, unless a connection still reads them.
    func dropRowsIfOver() {
        if isSettled, !isUnderWay { rows = [] }
    }

    /// Nulls the bodies of the unit's rows.
    func sacrifice(_ tables: [TableLayout]) {
        isSacrificed = true
        rows = rows.map { row in
            let columns = tables[row.table].columns
            return row.dropping { columns[$0].isSacrificial }
        }
    }
}

/// Units that are sent together.
struct WriteBatch {
    /// How the units are bound to one another.
    enum Manner {
        /// One transaction.
        case together
        /// A transaction each, in one round trip.
        case separately
    }

    var units: [WriteUnit]
    var manner: Manner

    var rowCount: Int { units.reduce(0) { $0 + $1.rowCount } }
    var bytes: Int { units.reduce(0) { $0 + $1.bytes } }
}

/// What became of a batch.
enum BatchOutcome {
    /// All of it is durable.
    case committed
    /// The server rolled all of it back. With the place of the unit that it refused, where that is known.
    case refused(PostgresError, unit: Int?)
    /// Each unit for itself: nil is durable.
    case separate([PostgresError?])
    /// The connection is lost. Units before `answered` have their answer in `answers`; the others are in doubt.
    case lost(PostgresError, answers: [PostgresError?])
}
