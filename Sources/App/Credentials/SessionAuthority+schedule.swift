import EventLoop
import Logging
import Postgres
import Telemetry
import Vault

extension SessionAuthority {
    /// The interval between looks at what is due.
    private static let interval: Duration = .seconds(1)
    /// The most sessions that are refreshed before the next look.
    private static let batch = 32
    /// The shortest time between two writes of the sessions' uses, in nanoseconds.
    private static let usesPause: UInt64 = 60_000_000_000
    /// The lock of the replica that refreshes sessions ahead of their end. No other lock has this number.
    private static let scheduleLock: Int64 = 0x7265_6672_6573_6865

    /// Refreshes sessions ahead of their end until the task is cancelled, in one replica at a time. Every replica
    /// stores when its sessions were used.
    package func run() async {
        while !Task.isCancelled {
            do {
                let connection = try await PostgresConnection.connect(settings.database, on: loop)
                defer { connection.close() }
                try await work(on: connection)
            } catch {
                guard !Task.isCancelled else { break }
                logger.record(.warning, "Refreshing of sessions failed, retrying", [.error: "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
        close()
    }

    private func work(on connection: PostgresConnection) async throws {
        let store = VaultStore(connection: connection, key: settings.masterKey)
        var isLeader = false
        var usesDueAt: UInt64 = 0
        while !Task.isCancelled {
            if !isLeader { isLeader = try await connection.tryLock(Self.scheduleLock) }
            if isLeader, vault != nil {
                let due = try await store.dueSessions(limit: Self.batch)
                await refreshAll(due)
            }
            if EventLoop.now() >= usesDueAt {
                collectUses()
                if !pendingUses.isEmpty {
                    usesDueAt = EventLoop.now() + Self.usesPause
                    let uses = pendingUses
                    pendingUses = [:]
                    // Uses that cannot be stored are lost. The next ones follow in a minute.
                    try await store.recordUses(uses)
                }
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func refreshAll(_ names: [SessionName]) async {
        await withTaskGroup(of: Void.self) { group in
            var rest = names[...]
            for name in rest.prefix(Self.concurrentRefreshes) { group.addTask { _ = await self.refreshAhead(name) } }
            rest = rest.dropFirst(Self.concurrentRefreshes)
            while await group.next() != nil {
                if let name = rest.popFirst() { group.addTask { _ = await self.refreshAhead(name) } }
            }
        }
    }

    private func refreshAhead(_ name: SessionName) async { _ = await sharedRefresh(name, refused: nil) }
}
