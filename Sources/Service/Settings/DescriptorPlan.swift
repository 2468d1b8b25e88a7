/// How the file descriptors of a process are shared out, so that no part of it ever finds none left.
///
/// 20 descriptors are for the process, beside those that it has at start: signals, the listening socket, PostgreSQL
/// connections of housekeeping and exports, files. Each worker has 12 more: its loops, its four PostgreSQL connections and name look-ups.
/// The rest is for clients and for TOP. If it is too little, TOP gets a third of it, and an eighth of what is left is kept
/// for clients that are told 503.
struct DescriptorPlan: Equatable {
    /// Connections of clients that are served at once.
    let connections: Int
    /// Connections of clients that may wait for their 503 at once.
    let refusals: Int
    /// Calls under way at once.
    let calls: Int
    /// Connections to TOP that each worker keeps open between calls.
    let idlePerWorker: Int

    private static let forProcess = 20
    private static let forWorker = 12
    private static let mostRefusals = 256
    private static let mostIdle = 256

    /// The descriptors that settings need in full.
    /// - Parameter open: descriptors that the process has at start.
    static func needed(open: Int, connections: Int, calls: Int, workers: Int) -> Int {
        open + reserve(workers) + connections + mostRefusals + calls + workers * mostIdle
    }

    /// A plan for `descriptors`; nil when they are too few for one connection and one call.
    init?(descriptors: Int, open: Int, connections wanted: Int, calls wantedCalls: Int, workers: Int) {
        let shared = descriptors - open - Self.reserve(workers)
        let full = wantedCalls + workers * Self.mostIdle
        let top = min(full, max(shared / 3, shared - wanted - Self.mostRefusals))
        idlePerWorker = top == full ? Self.mostIdle : min(Self.mostIdle, max(1, top / (3 * workers)))
        calls = min(wantedCalls, top - workers * idlePerWorker)
        refusals = min(Self.mostRefusals, max(2, (shared - top) / 8))
        connections = min(wanted, shared - top - refusals)
        guard calls > 0, connections > 0 else { return nil }
    }

    private static func reserve(_ workers: Int) -> Int { forProcess + workers * forWorker }
}
