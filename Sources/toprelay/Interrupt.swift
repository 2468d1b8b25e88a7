import UnixSignals

/// SIGINT and SIGTERM for a command that works until it is told to stop.
enum Interrupt {
    /// Runs `work` until it ends, or until a signal has come: then it is cancelled and waited for, which is no failure.
    /// - Returns: whether it ended by itself.
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
