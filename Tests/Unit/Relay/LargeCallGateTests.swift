import EventLoop
import TestSupport
import Testing

@testable import Relay

@Suite struct LargeCallGateTests {
    @Test("Calls within the limit enter at once, others in order of arrival when room is free")
    func callsWithinLimitEnter() async throws {
        try await onLoop { loop in
            let gate = LargeCallGate(loop: loop, limit: 100)
            let first = await gate.enter(bytes: 60, until: .max)
            let second = await gate.enter(bytes: 40, until: .max)
            #expect(first != nil && second != nil)
            let entered = OnLoopList()
            let large = alongside(loop) { await entered.note(80, gate.enter(bytes: 80, until: .max)) }
            await loop.sleep(for: .milliseconds(1))
            let small = alongside(loop) { await entered.note(10, gate.enter(bytes: 10, until: .max)) }
            await loop.sleep(for: .milliseconds(1))
            second?.leave()
            await loop.sleep(for: .milliseconds(1))
            // Ten bytes would fit, but the call before it still waits.
            #expect(entered.list.isEmpty)
            first?.leave()
            first?.leave()
            await large.value
            await small.value
            #expect(entered.list == [80, 10])
        }
    }

    @Test("A body over the limit enters alone")
    func bodyOverLimitEnters() async throws {
        try await onLoop { loop in
            let gate = LargeCallGate(loop: loop, limit: 100)
            let only = await gate.enter(bytes: 500, until: .max)
            #expect(only != nil)
            #expect(await gate.enter(bytes: 1, until: EventLoop.now() + 1_000_000) == nil)
            only?.leave()
            #expect(await gate.enter(bytes: 1, until: .max) != nil)
        }
    }

    @Test("A pass that is released without a word gives its room back")
    func passThatIsReleased() async throws {
        try await onLoop { loop in
            let gate = LargeCallGate(loop: loop, limit: 100)
            for _ in 0..<3 { #expect(await gate.enter(bytes: 100, until: .max) != nil) }
        }
    }

    @Test("A call that gives up lets the next one in")
    func givesUp() async throws {
        try await onLoop { loop in
            let gate = LargeCallGate(loop: loop, limit: 100)
            let first = await gate.enter(bytes: 50, until: .max)
            let large = alongside(loop) {
                await gate.enter(bytes: 90, until: EventLoop.now() + 20_000_000) != nil
            }
            await loop.sleep(for: .milliseconds(1))
            let small = alongside(loop) { await gate.enter(bytes: 50, until: .max) != nil }
            #expect(await !large.value)
            #expect(await small.value)
            #expect(first != nil)
        }
    }

    @Test("A closed gate turns away who waits and who comes")
    func closedGateTurnsAway() async throws {
        try await onLoop { loop in
            let gate = LargeCallGate(loop: loop, limit: 100)
            let first = await gate.enter(bytes: 100, until: .max)
            let waiting = alongside(loop) { await gate.enter(bytes: 1, until: .max) != nil }
            await loop.sleep(for: .milliseconds(1))
            gate.close()
            #expect(await !waiting.value)
            first?.leave()
            #expect(await gate.enter(bytes: 1, until: .max) == nil)
        }
    }
}

/// The sizes of the calls that were let in, in order.
private final class OnLoopList {
    var list: [Int] = []

    /// Notes a call that was let in; its pass is released.
    func note(_ bytes: Int, _ pass: LargeCallGate.Pass?) {
        if pass != nil { list.append(bytes) }
    }
}
