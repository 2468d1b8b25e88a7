import UnixSignals

/// SIGINT and SIGTERM for commands that work until they are stopped.
enum Interrupt {
    /// Runs `work` to its end or to a signal. A signal cancels the work and waits for it, and counts as success.
    /// - Returns: whether the work ended without a signal.
    @discardableResult
    static func racing(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            group.addTask {
                for await _ in signals { return false }
                return false
            }
            group.addTask {
                try await work()
                return true
            }
            let endedItself = try await group.next() ?? true
            group.cancelAll()
            while try await group.next() != nil {}
            return endedItself
        }
    }
}
