import EventLoop
package import Postgres
import Synchronization

/// How long one of a trail writer's queues has been without a working connection, and why. A connection to a server
/// that is read-only is not a working one.
///
/// The writer's loop writes it and any thread reads it. A new one counts as being without a connection from then on.
package final class WriterOutage: Sendable {
    /// Why there is no connection.
    package enum Reason: UInt8, Sendable {
        /// No connection could be made, or it was lost.
        case unreachable
        /// PostgreSQL gave no answer in time.
        case silent
        /// The server is a standby, or read-only for another reason.
        case readOnly
        /// The server refused to set the session up.
        case refused

        /// A clause without a full stop. It names no host, user or database, because `/readyz` shows it to anybody.
        package var text: String {
            switch self {
            case .unreachable: "PostgreSQL cannot be reached"
            case .silent: "PostgreSQL does not answer"
            case .readOnly: "PostgreSQL is read-only"
            case .refused: "PostgreSQL refuses the session"
            }
        }
    }

    private static let connected: UInt64 = 0
    private let since: Atomic<UInt64>
    private let reason = Atomic<UInt8>(Reason.unreachable.rawValue)

    /// An outage that began at `time`, on the clock of `EventLoop.now()`.
    package init(since time: UInt64 = EventLoop.now()) { since = Atomic(max(time, 1)) }

    /// Takes one of the writer's events, after which the writer has a connection or has none.
    package func note(_ event: WriterEvent, isConnected: Bool, at time: UInt64 = EventLoop.now()) {
        if isConnected { return since.store(Self.connected, ordering: .relaxed) }
        guard case .disconnected(let error) = event else { return }
        reason.store(Reason(error).rawValue, ordering: .relaxed)
        _ = since.compareExchange(expected: Self.connected, desired: max(time, 1), ordering: .relaxed)
    }

    /// How long there has been no connection, and why; nil while there is one.
    package func current(at time: UInt64 = EventLoop.now()) -> (seconds: Double, reason: Reason)? {
        let since = since.load(ordering: .relaxed)
        guard since != Self.connected else { return nil }
        let reason = Reason(rawValue: reason.load(ordering: .relaxed)) ?? .unreachable
        return (time > since ? Double(time - since) / 1e9 : 0, reason)
    }
}

extension WriterOutage.Reason {
    init(_ error: PostgresError) {
        switch (error.kind, error.sqlState) {
        case (_, "25006"): self = .readOnly
        case (.timeout, _): self = .silent
        case (.server, _): self = .refused
        default: self = .unreachable
        }
    }
}
