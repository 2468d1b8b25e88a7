import EventLoop
import Foundation
import Testing

@testable import Postgres

/// The clusters that the tests share, made on first use. Tests that stop a server make their own.
enum Shared {
    static let cluster = Result { try PostgresCluster() }

    static func settings() throws -> PostgresSettings {
        try PostgresSettings(url: cluster.get().url())
    }
}

/// Runs `body` on a loop of its own, and fails when it takes too long.
func onLoop<T: Sendable>(
    seconds: Int = 60, _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
    let loop = try EventLoop(name: "test")
    let task = Task(executorPreference: loop) { try await body(loop) }
    let timer = Task {
        try await Task.sleep(for: .seconds(seconds))
        Issue.record("still running after \(seconds) s")
        abort()
    }
    let result = await task.result
    timer.cancel()
    loop.shutdown()
    return try result.get()
}

/// A name for a schema or channel that no other test uses.
func uniqueName(_ prefix: String) -> String {
    prefix + "_" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
}
