package import EventLoop
import Glibc
import Testing

/// Runs `body` on a loop of its own, and ends the process when it takes too long.
package func onLoop<T: Sendable>(
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

/// Waits until a condition on the loop holds, for ten seconds at most.
package func until(_ loop: EventLoop, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<1000 {
        if try await condition() { return }
        await loop.sleep(for: .milliseconds(10))
    }
    Issue.record("a condition did not come to hold within 10 s")
}

/// The number of descriptors that the process has open.
package func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count - 3
}
