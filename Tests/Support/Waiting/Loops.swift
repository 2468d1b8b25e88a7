package import EventLoop
import Glibc
import Testing

/// Runs `body` on a loop of its own, for a limited time. A body that takes too long is left behind with its loop.
///
/// - Parameter seconds: the limit, times `TEST_TIME_SCALE`. It is far above what a busy machine needs.
package func onLoop<T: Sendable>(
    seconds: Int = 180, _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
    let loop = try EventLoop(name: "test")
    let result = await Result { try await limited(seconds: seconds, on: loop) { try await body(loop) } }
    if case .failure(let error) = result, error is HungTestError { throw error }
    loop.shutdown()
    return try result.get()
}

/// Starts work on the loop beside the caller, which is on the loop too and shares with it what lives there.
package func alongside<T: Sendable>(_ loop: EventLoop, _ work: @escaping () async -> T) -> Task<T, Never> {
    nonisolated(unsafe) let work = work
    return Task(executorPreference: loop) { await work() }
}

/// Runs work for each number at the same time on the loop, and returns the results in order.
///
/// The work touches what lives on the loop alone, and every task runs there.
package func concurrently<T: Sendable>(
    _ count: Int, on loop: EventLoop, _ work: @escaping (Int) async -> T
) async -> [T] {
    nonisolated(unsafe) let work = work
    let tasks = (0..<count).map { index in alongside(loop) { await work(index) } }
    var results: [T] = []
    for task in tasks { results.append(await task.value) }
    return results
}

/// Waits until a condition holds, on the loop or off it, for thirty seconds at most on an idle machine.
package func until(_ loop: EventLoop, _ condition: () async throws -> Bool) async throws {
    let limit = 30 * testTimeScale
    let end = EventLoop.now() + UInt64(limit) * 1_000_000_000
    while EventLoop.now() < end {
        if try await condition() { return }
        if loop.isOnLoop {
            await loop.sleep(for: .milliseconds(10))
        } else {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
    Issue.record("the condition does not hold after \(limit) s")
}

/// The number of descriptors that the process has open.
package func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3
}
