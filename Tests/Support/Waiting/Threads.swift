import Foundation

/// Runs work that blocks on a thread of its own, because the tests share a few threads.
package func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Swift.Result { try work() }) }
    }
}

/// Starts a thread that nobody waits for.
package func startThread(_ work: @escaping @Sendable () -> Void) {
    let thread = Thread(block: work)
    thread.stackSize = 1 << 20
    thread.start()
}

/// Something that a test waited for did not happen in time.
package struct NeverHappenedError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Asks again and again until there is an answer.
///
/// - Parameter limit: the longest wait on an idle machine. It is multiplied by `TEST_TIME_SCALE`.
package func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), _ ask: () async throws -> Value?
) async throws -> Value {
    let limit = limit * testTimeScale
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(5)
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else {
            throw NeverHappenedError(description: "within \(limit): \(what)")
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
    }
}

/// Asks again and again until a condition holds.
package func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ holds: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit) { try await holds() ? true : nil }
}

/// Asks again and again until a condition holds that needs no words.
package func eventually(within limit: Duration = .seconds(30), _ holds: () async throws -> Bool) async throws {
    try await eventually("the condition holds", within: limit, holds)
}
