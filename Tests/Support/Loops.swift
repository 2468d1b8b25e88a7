package import EventLoop
import Glibc
import Testing

/// A test's work did not end in time.
package struct HungTestError: Error, CustomStringConvertible {
    let seconds: Int

    package var description: String { "still running after \(seconds) s" }
}

/// How many times longer than on an idle machine a test may take: `TEST_TIME_SCALE`, 1 by default.
package let testTimeScale: Int = getenv("TEST_TIME_SCALE").flatMap { Int(String(cString: $0)) } ?? 1

/// Runs `body` on a loop of its own. Work that takes too long fails its test alone: it is cancelled and left, with its
/// loop, and `HungTestError` is thrown.
///
/// - Parameter seconds: the limit, times `TEST_TIME_SCALE`. It is far above what a busy machine needs.
package func onLoop<T: Sendable>(
    seconds: Int = 180, _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
    let loop = try EventLoop(name: "test")
    let limit = seconds * testTimeScale
    let first = FirstResult<T>()
    let task = Task(executorPreference: loop) {
        let result = await Result { try await body(loop) }
        first.set(result)
    }
    let timer = Task.detached {
        try await Task.sleep(for: .seconds(limit))
        first.set(.failure(HungTestError(seconds: limit)))
        task.cancel()
    }
    let result = await first.wait()
    timer.cancel()
    if case .failure(let error) = result, error is HungTestError { throw error }
    loop.shutdown()
    return try result.get()
}

/// The first of several results to come.
private final class FirstResult<T: Sendable>: Sendable {
    private struct State {
        var result: Result<T, any Error>?
        var waiter: CheckedContinuation<Result<T, any Error>, Never>?
    }

    private let state = Locked(State())

    func set(_ result: Result<T, any Error>) {
        let waiter = state.with { state in
            guard state.result == nil else { return nil as CheckedContinuation<Result<T, any Error>, Never>? }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    func wait() async -> Result<T, any Error> {
        await withCheckedContinuation { continuation in
            let result = state.with { state in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }
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

extension Result where Failure == any Error {
    /// The result of asynchronous work.
    package init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
