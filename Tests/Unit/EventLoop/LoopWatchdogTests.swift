import Glibc
import Locks
import Synchronization
import TestSupport
import Testing

@testable import EventLoop

@Suite(.timed) struct LoopWatchdogTests {
    /// What a watchdog reported, from its thread.
    private final class Reports: Sendable {
        let stalls = Locked<[LoopStall]>([])
        let recovered = Locked<[String]>([])
    }

    private func watchdog(_ loops: [EventLoop], _ reports: Reports) -> LoopWatchdog {
        LoopWatchdog(
            loops, limit: .milliseconds(500), onStall: { stall in reports.stalls.withLock { $0.append(stall) } },
            onRecovery: { loop in reports.recovered.withLock { $0.append(loop) } })
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<3000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition(), "a condition did not come to hold within 30 s")
    }

    @Test("A loop that a handler blocks is reported by name, and recovers when the handler returns")
    func blockedLoop() async throws {
        let (one, other) = (try EventLoop(name: "worker-0"), try EventLoop(name: "worker-1"))
        let reports = Reports()
        let watchdog = watchdog([one, other], reports)
        try watchdog.start()
        let isBlocked = Locked(true)
        other.execute { while isBlocked.withLock({ $0 }) { usleep(1000) } }
        try await eventually { watchdog.stalls.contains { $0.loop == "worker-1" } }
        #expect(watchdog.stalls.first { $0.loop == "worker-1" }?.part == .work)
        isBlocked.withLock { $0 = false }
        try await eventually { watchdog.stalls.isEmpty }
        let reported = reports.stalls.withLock { $0 }.filter { $0.loop == "worker-1" }
        #expect(!reported.isEmpty && watchdog.counts.last?.stalls == reported.count)
        #expect(reports.recovered.withLock { $0 }.contains("worker-1"))
        watchdog.stop()
        one.shutdown()
        other.shutdown()
    }

    @Test("A stalled loop gets one request of the watchdog and no more")
    func oneRequest() async throws {
        let loop = try EventLoop(name: "worker-0")
        let watched = WatchedLoop(loop)
        let isBlocked = Locked(true)
        loop.execute { while isBlocked.withLock({ $0 }) { usleep(1000) } }
        let before = loop.jobs
        for _ in 0..<100 { watched.post() }
        isBlocked.withLock { $0 = false }
        try await eventually { watched.signs.work == 1 }
        try await eventually { loop.jobs == before + 2 }
        loop.shutdown()
        #expect(watched.signs.work == 1)
    }

    @Test("A stopped watchdog reports nothing about loops that have ended")
    func stoppedWatchdogReportsNothing() async throws {
        let loop = try EventLoop(name: "worker-0")
        let reports = Reports()
        let watchdog = watchdog([loop], reports)
        try watchdog.start()
        try await eventually { watchdog.counts.count == 1 }
        watchdog.stop()
        loop.shutdown()
        try await Task.sleep(for: .milliseconds(800))
        #expect(reports.stalls.withLock { $0 }.isEmpty && watchdog.stalls.isEmpty)
    }

    @Test("What a stall says names the loop, what has stopped and for how long")
    func whatStallSaysNames() {
        #expect(
            LoopStall(loop: "worker-1", part: .work, seconds: 12).description
                == "the loop worker-1 has run no work for 12 s")
        #expect(
            LoopStall(loop: "worker-1", part: .timers, seconds: 12).description
                == "no timer of the loop worker-1 has fired for 12 s")
    }
}
