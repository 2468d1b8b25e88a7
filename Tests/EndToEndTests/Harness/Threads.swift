import Foundation

/// Runs work that blocks on a thread of its own: one of the tests' few threads would be missed.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Swift.Result { try work() }) }
        thread.stackSize = 1 << 20
        thread.start()
    }
}

struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the answer is there; the limit is for what never comes.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit * timeScale
    var pause = Duration.milliseconds(5)
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: "within \(limit): \(what)") }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
    }
}

/// The same for a condition.
func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ holds: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit) { try await holds() ? true : nil }
}

/// How many times longer than on an idle machine a test may take: `TEST_TIME_SCALE`, 1 by default.
private let timeScale = ProcessInfo.processInfo.environment["TEST_TIME_SCALE"].flatMap { Int($0) } ?? 1
