import Testing

/// Lets only a few tests run at the same time: each has processes of its own, and the machine may be small.
struct Bounded: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Places.shared.take()
        do {
            try await function()
            await Places.shared.give()
        } catch {
            await Places.shared.give()
            throw error
        }
    }
}

extension Trait where Self == Bounded {
    static var bounded: Bounded { Bounded() }
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
