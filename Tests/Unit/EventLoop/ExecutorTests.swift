import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Executor", .timed)
struct ExecutorTests {
    @Test("Work given from outside runs on the loop's named thread, in order")
    func workGivenFromOutside() async throws {
        let loop = try EventLoop(name: "loop-order")
        defer { loop.shutdown() }
        #expect(!loop.isOnLoop)
        let seen = OnLoop<[Int]>([])
        for number in 0..<1000 { loop.execute { seen.value.append(number) } }
        let (order, name, isOnLoop) = await on(loop) { (seen.value, threadName(), loop.isOnLoop) }
        #expect(order == Array(0..<1000))
        #expect(name == "loop-order")
        #expect(isOnLoop)
    }

    @Test("An actor whose executor is the loop runs on its thread, and so do its helpers and its sleeps")
    func actorRunsOnLoop() async throws {
        let loop = try EventLoop(name: "actor")
        defer { loop.shutdown() }
        let actor = LoopActor(loop)
        #expect(await actor.isOnLoop)
        #expect(await actor.helped())
        #expect(await actor.napThenReport(.milliseconds(2)))
    }

    @Test("The call assumeIsolated works in a handler of the loop")
    func assumesIsolation() async throws {
        let loop = try EventLoop(name: "assume")
        defer { loop.shutdown() }
        let actor = LoopActor(loop)
        await withCheckedContinuation { continuation in
            Task { await actor.noteFromTimer { continuation.resume() } }
        }
        #expect(await actor.notes == ["timer"])
        let isolating = await on(loop) { loop.isIsolatingCurrentContext() }
        #expect(isolating == true)
        #expect(loop.isIsolatingCurrentContext() == false)
    }

    @Test("A task that prefers the loop runs on its thread, before and after it calls an actor there")
    func taskPrefersLoop() async throws {
        let loop = try EventLoop(name: "prefer")
        defer { loop.shutdown() }
        let actor = LoopActor(loop)
        let threads = await Task(executorPreference: loop) {
            var seen = [loop.isOnLoop]
            seen.append(await actor.isOnLoop)
            seen.append(loop.isOnLoop)
            await Task.yield()
            seen.append(loop.isOnLoop)
            return seen
        }.value
        #expect(threads == [true, true, true, true])
    }

    @Test("Actors on two loops each run on their own")
    func twoLoops() async throws {
        let first = try EventLoop(name: "first")
        let second = try EventLoop(name: "second")
        defer {
            first.shutdown()
            second.shutdown()
        }
        let a = LoopActor(first)
        let b = LoopActor(second)
        let threads = await Task(executorPreference: first) {
            [await a.isOnLoop, await b.isOnLoop, first.isOnLoop, await a.helped(), await b.helped()]
        }.value
        #expect(threads == [true, true, true, true, true])
    }

    @Test("Jobs from many tasks at once are all run, one after the other")
    func manyTasks() async throws {
        let loop = try EventLoop(name: "many")
        defer { loop.shutdown() }
        let actor = LoopActor(loop)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask { for _ in 0..<200 { await actor.increment() } }
            }
        }
        #expect(await actor.count == 12_800)
        #expect(loop.jobs >= 12_800)
    }

    @Test("Work enqueued on the loop's own thread needs no wake-up")
    func noWakeUpFromLoop() async throws {
        let loop = try EventLoop(name: "wake")
        defer { loop.shutdown() }
        let (before, after) = await withCheckedContinuation {
            (continuation: CheckedContinuation<(UInt64, UInt64), Never>) in
            loop.execute {
                let before = loop.wakeUps
                let left = OnLoop(5000)
                @Sendable func again() {
                    left.value -= 1
                    if left.value == 0 {
                        continuation.resume(returning: (before, loop.wakeUps))
                    } else {
                        loop.execute(again)
                    }
                }
                loop.execute(again)
            }
        }
        #expect(before == after)
    }

    @Test("A job that always enqueues itself does not starve descriptors and timers")
    func noStarvation() async throws {
        let loop = try EventLoop(name: "starve")
        defer { loop.shutdown() }
        let pipe = try Pipe()
        defer { pipe.close() }
        pipe.write()
        let isDone = OnLoop(false)
        let seen = await withCheckedContinuation { (continuation: CheckedContinuation<[String], Never>) in
            loop.execute {
                @Sendable func spin() { if !isDone.value { loop.execute(spin) } }
                spin()
                let order = OnLoop<[String]>([])
                func end() {
                    guard order.value.count == 2 else { return }
                    isDone.value = true
                    continuation.resume(returning: order.value)
                }
                let box = OnLoop<Watch?>(nil)
                box.value = loop.watch(pipe.reading, for: .read) { _ in
                    box.value?.cancel()
                    order.value.append("readable")
                    end()
                }
                loop.schedule(after: .milliseconds(2)) {
                    order.value.append("timer")
                    end()
                }
            }
        }
        #expect(seen.sorted() == ["readable", "timer"])
    }

    @Test("The counters go up")
    func countersGoUp() async throws {
        let loop = try EventLoop(name: "count")
        defer { loop.shutdown() }
        await on(loop) { _ = usleep(2000) }
        await on(loop) {}
        // A turn is counted when it ends, which may be after its last job has answered.
        for _ in 0..<1000 where loop.jobs < 2 { _ = usleep(1000) }
        #expect(loop.jobs >= 2)
        #expect(loop.turns >= 1)
        #expect(loop.busyNanoseconds >= 2_000_000)
        #expect(loop.takeLongestTurn() >= 2_000_000)
    }
}
