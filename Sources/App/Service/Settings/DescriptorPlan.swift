/// Divides the process's file descriptors, so that no part of it runs out of them.
///
/// The process gets 24 descriptors besides those that are open at start. They are for signals, the listening socket,
/// files, requests for session keys, and the PostgreSQL connections of maintenance, exports and refreshes. Each worker
/// gets 12 for its loops, its four PostgreSQL connections and name look-ups.
///
/// Clients and TOP share the rest. If it is too small, TOP gets a third of it. An eighth of the remainder is reserved
/// for clients that get a 503.
///
/// A worker may keep as many idle connections to TOP as its share of the calls. With fewer, answers that come together
/// would close connections, and the next calls would make new ones. A TLS handshake needs several times the processor
/// time of a call.
struct DescriptorPlan: Equatable {
    /// The number of client connections that are served at once.
    let connections: Int
    /// The number of client connections that may wait for their 503.
    let refusals: Int
    /// The number of concurrent calls.
    let calls: Int
    /// The number of idle connections to TOP that each worker keeps.
    let idlePerWorker: Int

    private static let forProcess = 24
    private static let forWorker = 12
    private static let mostRefusals = 256
    private static let leastIdle = 256

    /// How many idle connections to TOP each worker may keep if there are enough descriptors.
    private static func mostIdle(calls: Int, workers: Int) -> Int { max(leastIdle, calls / workers) }

    /// The number of descriptors that the settings need in full.
    /// - Parameter open: the number of descriptors that are open at start.
    static func needed(open: Int, connections: Int, calls: Int, workers: Int) -> Int {
        open + reserve(workers) + connections + mostRefusals + calls
            + workers * mostIdle(calls: calls, workers: workers)
    }

    /// A plan for `descriptors`, or nil if they do not suffice for one connection and one call.
    init?(descriptors: Int, open: Int, connections wanted: Int, calls wantedCalls: Int, workers: Int) {
        let shared = descriptors - open - Self.reserve(workers)
        let mostIdle = Self.mostIdle(calls: wantedCalls, workers: workers)
        let full = wantedCalls + workers * mostIdle
        let top = min(full, max(shared / 3, shared - wanted - Self.mostRefusals))
        idlePerWorker = top == full ? mostIdle : min(mostIdle, max(1, top / (3 * workers)))
        calls = min(wantedCalls, top - workers * idlePerWorker)
        refusals = min(Self.mostRefusals, max(2, (shared - top) / 8))
        connections = min(wanted, shared - top - refusals)
        guard calls > 0, connections > 0 else { return nil }
    }

    private static func reserve(_ workers: Int) -> Int { forProcess + workers * forWorker }
}
