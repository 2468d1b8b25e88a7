import EventLoop
package import Postgres
import Synchronization

/// How long a batch writer of the trail has had no working connection, and why. A connection to a read-only server does
/// not work.
///
/// The writer's loop writes it, and any thread reads it. A new outage lasts until the first connection.
package final class WriterOutage: Sendable {
    /// Why there is no connection.
    package enum Reason: UInt8, Sendable {
        /// Connecting failed, or the connection was lost.
        case unreachable
        /// PostgreSQL did not answer in time.
        case silent
        /// The server is a standby, or read-only for another reason.
        case readOnly
        /// The server refused the session.
        case refused

        /// A clause without a full stop. It names no host, user or database, because anybody can read `/readyz`.
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

    /// Notes an event of the writer.
    /// - Parameter isConnected: whether the writer has a connection after the event.
    package func note(_ event: WriterEvent, isConnected: Bool, at time: UInt64 = EventLoop.now()) {
        if isConnected { return since.store(Self.connected, ordering: .relaxed) }
        guard case .disconnected(let error) = event else { return }
        reason.store(Reason(error).rawValue, ordering: .relaxed)
        _ = since.compareExchange(expected: Self.connected, desired: max(time, 1), ordering: .relaxed)
    }

    /// How long the writer has had no connection, and why; nil while it has one.
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
