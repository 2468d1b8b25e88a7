/// Write requests that are sent together.
struct WriteBatch {
    /// How many transactions a batch has.
    enum Atomicity {
        /// One transaction for the whole batch.
        case perBatch
        /// One transaction for each request, all in one round trip.
        case perRequest
    }

    var requests: [WriteRequest]
    var atomicity: Atomicity

    var rowCount: Int { requests.reduce(0) { $0 + $1.rowCount } }
    var bytes: Int { requests.reduce(0) { $0 + $1.bytes } }
}

/// How a batch ended.
enum BatchOutcome {
    /// The whole batch is durable.
    case committed
    /// The server rolled the whole batch back. `request` is the index of the request that it refused, if that is known.
    case refused(PostgresError, request: Int?)
    /// Each request has its own answer. Nil is durable.
    case perRequest([PostgresError?])
    /// The connection is lost. The first requests have the answers in `answers`; the others are in doubt.
    case lost(PostgresError, answers: [PostgresError?])
}
