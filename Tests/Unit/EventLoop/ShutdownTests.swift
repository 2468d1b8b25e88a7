import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Shutdown", .timed)
struct ShutdownTests {
    @Test("Work that is queued is run before the thread ends, and the loop's descriptors are closed")
    func workThatIsQueued() async {
        await #expect(processExitsWith: .success) {
            let before = openDescriptors()
            let count = OnLoop(0)
            for _ in 0..<50 {
                let loop = try EventLoop(name: "drain")
                for _ in 0..<100 { loop.execute { count.value += 1 } }
                #expect(loop.shutdown())
            }
            #expect(count.value == 5000)
            // libdispatch may open a few of its own meanwhile.
            #expect(openDescriptors() <= before + 8)
        }
    }

    @Test("A second shutdown does nothing, and later work is dropped")
    func secondShutdownDoesNothing() throws {
        let loop = try EventLoop(name: "twice")
        #expect(loop.shutdown())
        #expect(loop.shutdown())
        let isRun = OnLoop(false)
        loop.execute { isRun.value = true }
        #expect(loop.shutdown())
        #expect(!isRun.value)
    }

    @Test("Watches and timers that are left are dropped, with what they hold")
    func dropsTheRest() throws {
        final class Witness: Sendable {}
        weak var weakWitness: Witness?
        let loop = try EventLoop(name: "rest")
        let pipe = try Pipe()
        do {
            let witness = Witness()
            weakWitness = witness
            loop.execute {
                loop.schedule(after: .seconds(3600)) { _ = witness }
                _ = loop.watch(pipe.reading, for: .read) { _ in _ = witness }
            }
        }
        #expect(loop.shutdown())
        #expect(weakWitness == nil)
        pipe.close()
    }

    @Test("A job that always enqueues itself cannot keep the loop from ending")
    func endlessJob() throws {
        let loop = try EventLoop(name: "endless")
        @Sendable func again() { loop.execute(again) }
        loop.execute(again)
        #expect(loop.shutdown())
    }

    @Test("Many threads may give work while the loop ends")
    func manyThreadsMayGive() async throws {
        let loop = try EventLoop(name: "race")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<2000 { loop.execute {} } }
            }
            group.addTask { #expect(loop.shutdown()) }
        }
    }

    @Test("A loop that gets no descriptor says which call failed, and why")
    func noDescriptors() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 3, rlim_max: 3)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            do throws(EventLoopError) {
                _ = try EventLoop(name: "none")
                Issue.record("a loop without a descriptor")
            } catch {
                #expect(error.description == "epoll_create1 failed: errno 24")
                #expect(error.code == 24)
            }
        }
    }
}
