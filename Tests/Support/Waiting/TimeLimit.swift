import Glibc
import Locks
package import Testing

/// How many times longer than on an idle machine a test may take: `TEST_TIME_SCALE`, 1 by default.
package let testTimeScale: Int = getenv("TEST_TIME_SCALE").flatMap { Int(String(cString: $0)) } ?? 1

/// A test's work did not end in time.
package struct HungTestError: Error, CustomStringConvertible {
    let seconds: Int

    package var description: String { "still running after \(seconds) s" }
}

/// Runs work in a task of its own, and gives up after a limit.
///
/// Work that takes too long fails its test alone: its task is cancelled and left behind, and `HungTestError` is thrown.
/// The other tests go on.
///
/// - Parameters:
///   - seconds: the limit on an idle machine. It is multiplied by `TEST_TIME_SCALE`.
///   - executor: where the work runs; nil is the default executor.
package func limited<T: Sendable>(
    seconds: Int, on executor: (any TaskExecutor)? = nil, _ work: @escaping @Sendable () async throws -> T
) async throws -> T {
    let first = FirstResult<T>()
    let task = Task(executorPreference: executor) { first.set(await Result { try await work() }) }
    let timer = first.fail(after: seconds)
    let result = await withTaskCancellationHandler {
        await first.wait()
    } onCancel: {
        task.cancel()
    }
    timer.cancel()
    task.cancel()
    return try result.get()
}

/// The first of several results.
private final class FirstResult<T: Sendable>: Sendable {
    private struct State {
        var result: Result<T, any Error>?
        var waiter: CheckedContinuation<Result<T, any Error>, Never>?
    }

    private let state = Locked(State())

    func set(_ result: Result<T, any Error>) {
        let waiter = state.withLock { state in
            guard state.result == nil else { return nil as CheckedContinuation<Result<T, any Error>, Never>? }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    /// Sets `HungTestError` after a time, which `TEST_TIME_SCALE` multiplies.
    func fail(after seconds: Int) -> Task<Void, any Error> {
        let limit = seconds * testTimeScale
        return Task.detached {
            try await Task.sleep(for: .seconds(limit))
            self.set(.failure(HungTestError(seconds: limit)))
        }
    }

    func wait() async -> Result<T, any Error> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}

extension Result where Failure == any Error {
    /// The result of asynchronous work.
    package init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// Limits the time of each test, and on demand how many of them run at once.
package struct Bounded: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true
    let seconds: Int
    let takesPlace: Bool

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        if takesPlace { await Places.shared.take() }
        let result = await Result { try await limit(function) }
        if takesPlace { await Places.shared.give() }
        try result.get()
    }

    /// Records a test that takes too long at once, so that its name is known, and cancels it.
    private func limit(_ function: @concurrent @Sendable () async throws -> Void) async throws {
        let first = FirstResult<Void>()
        async let _: Void = first.set(await Result { try await function() })
        let timer = first.fail(after: seconds)
        let result = await first.wait()
        timer.cancel()
        guard case .failure(let error as HungTestError) = result else { return try result.get() }
        // The test's task is cancelled at the end of this scope. All waits of the harness end then.
        Issue.record(error)
    }
}

extension Trait where Self == Bounded {
    /// At most five such tests run at once, because each has processes of its own and the machine may be small. A test
    /// that takes longer than ten minutes on an idle machine has hung.
    package static var bounded: Bounded { Bounded(seconds: 600, takesPlace: true) }

    /// A test that takes longer than three minutes on an idle machine has hung.
    package static var timed: Bounded { Bounded(seconds: 180, takesPlace: false) }
}

/// As many places as tests may run at once.
private actor Places {
    static let shared = Places(5)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
