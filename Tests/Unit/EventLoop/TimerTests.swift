import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Timers", .timed)
struct TimerTests {
    @Test("Timers fire in the order of their deadlines, never early, whatever the order of their making")
    func timersFireInOrder() async throws {
        let loop = try EventLoop(name: "timers")
        defer { loop.shutdown() }
        let delays = [9, 3, 7, 1, 5, 3, 8, 0, 2, 6, 4].map { $0 * 2 }
        let fired = await withCheckedContinuation { continuation in
            loop.execute {
                let seen = OnLoop<[Int]>([])
                let start = EventLoop.now()
                for delay in delays {
                    loop.schedule(after: .milliseconds(delay)) {
                        #expect(EventLoop.now() - start >= UInt64(delay) * 1_000_000)
                        seen.value.append(delay)
                        if seen.value.count == delays.count { continuation.resume(returning: seen.value) }
                    }
                }
            }
        }
        #expect(fired == delays.sorted())
    }

    @Test("Cancelled timers do not fire, also among thousands, and a fired one can be cancelled")
    func cancelledTimersDoNotFire() async throws {
        let loop = try EventLoop(name: "cancel")
        defer { loop.shutdown() }
        let fired = await withCheckedContinuation { continuation in
            loop.execute {
                var generator = SystemRandomNumberGenerator()
                let seen = OnLoop<Set<Int>>([])
                let timers = (0..<4000).map { number in
                    let delay = Duration.microseconds(Int64(generator.next(upperBound: UInt(5000))))
                    return loop.schedule(after: delay) { seen.value.insert(number) }
                }
                for (number, timer) in timers.enumerated() where number % 3 != 0 { timer.cancel() }
                loop.schedule(after: .milliseconds(20)) {
                    timers.forEach { $0.cancel() }
                    #expect(!timers.contains { $0.isPending })
                    continuation.resume(returning: seen.value)
                }
            }
        }
        #expect(fired == Set((0..<4000).filter { $0 % 3 == 0 }))
    }

    @Test("A timer of no delay that a timer makes waits for the next turn")
    func zeroDelay() async throws {
        let loop = try EventLoop(name: "zero")
        defer { loop.shutdown() }
        let (first, last) = await withCheckedContinuation {
            (continuation: CheckedContinuation<(UInt64, UInt64), Never>) in
            loop.execute {
                let start = OnLoop(loop.turns)
                let left = OnLoop(10)
                func again() {
                    left.value -= 1
                    if left.value == 0 {
                        continuation.resume(returning: (start.value, loop.turns))
                    } else {
                        loop.schedule(after: .zero, again)
                    }
                }
                loop.schedule(after: .zero, again)
            }
        }
        #expect(last - first >= 9)
    }

    @Test("A sleep ends early when its task is cancelled, also before it begins")
    func sleepIsCancelled() async throws {
        let loop = try EventLoop(name: "sleep")
        defer { loop.shutdown() }
        let task = Task<Bool, Never>(executorPreference: loop) {
            await loop.sleep(for: .seconds(3600))
            return loop.isOnLoop
        }
        await naps(loop, 1)
        task.cancel()
        #expect(await task.value)

        let cancelledBefore = Task<Bool, Never>(executorPreference: loop) {
            withUnsafeCurrentTask { $0?.cancel() }
            await loop.sleep(for: .seconds(3600))
            return Task.isCancelled
        }
        #expect(await cancelledBefore.value)
    }

    @Test("Negative and huge delays are taken as none and as a year")
    func oddDelays() async throws {
        let loop = try EventLoop(name: "odd")
        defer { loop.shutdown() }
        let deadlines = await on(loop) {
            let now = EventLoop.now()
            let early = loop.schedule(after: .seconds(-5)) {}
            let late = loop.schedule(after: .seconds(Int64.max)) {}
            defer { late.cancel() }
            return (early.deadline >= now, late.deadline > now + 31_535_000_000_000_000)
        }
        #expect(deadlines == (true, true))
    }

    @Test("A timer that always schedules itself in the past keeps no other timer from firing")
    func selfSchedulingTimer() async throws {
        let loop = try EventLoop(name: "greedy")
        defer { loop.shutdown() }
        let order = await withCheckedContinuation { (continuation: CheckedContinuation<[String], Never>) in
            loop.execute {
                let seen = OnLoop<[String]>([])
                let isOver = OnLoop(false)
                func again() {
                    // The earliest deadline there is: such a timer is always first in the heap.
                    if !isOver.value { loop.schedule(at: 0, again) }
                }
                again()
                for name in ["a", "b", "c"] {
                    loop.schedule(after: .milliseconds(5)) {
                        seen.value.append(name)
                        if seen.value.count == 3 {
                            isOver.value = true
                            continuation.resume(returning: seen.value)
                        }
                    }
                }
            }
        }
        #expect(order == ["a", "b", "c"])
    }

    @Test("Timers that handlers make, cancel and make anew fire as in a model", arguments: 0..<8)
    func randomTimers(seed: UInt64) async throws {
        let loop = try EventLoop(name: "random")
        defer { loop.shutdown() }
        let faults = await withCheckedContinuation { (continuation: CheckedContinuation<[String], Never>) in
            loop.execute {
                TimerModel(loop: loop, seed: seed).run { continuation.resume(returning: $0) }
            }
        }
        #expect(faults == [])
    }
}
