import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Watches", .timed)
struct WatchTests {
    @Test("A readable descriptor is reported until it is read, and not after a cancel")
    func levelTriggered() async throws {
        let loop = try EventLoop(name: "level")
        defer { loop.shutdown() }
        let pipe = try Pipe()
        defer { pipe.close() }
        let reports = OnLoop(0)
        let watch = OnLoop<Watch?>(nil)
        await withCheckedContinuation { continuation in
            loop.execute {
                watch.value = loop.watch(pipe.reading, for: .read) { readiness in
                    #expect(readiness == .readable)
                    reports.value += 1
                    guard reports.value == 3 else { return }
                    #expect(pipe.read() == 7)
                    watch.value?.cancel()
                    #expect(watch.value?.isActive == false)
                    continuation.resume()
                }
            }
            pipe.write(7)
        }
        pipe.write(8)
        await on(loop) {}
        let count = await on(loop) { reports.value }
        #expect(count == 3)
    }

    @Test("An interest can be changed, and a closed peer is a hang-up")
    func interestCanBeChanged() async throws {
        let loop = try EventLoop(name: "update")
        defer { loop.shutdown() }
        let (left, right) = try socketPair()
        let seen = OnLoop<[ReadyEvents]>([])
        let watch = OnLoop<Watch?>(nil)
        let readiness = await withCheckedContinuation { continuation in
            loop.execute {
                watch.value = loop.watch(left, for: .write) { readiness in
                    seen.value.append(readiness)
                    if seen.value.count == 1 {
                        watch.value?.update(.read)
                        Glibc.close(right)
                    } else {
                        watch.value?.cancel()
                        continuation.resume(returning: seen.value)
                    }
                }
            }
        }
        Glibc.close(left)
        #expect(readiness == [.writable, [.readable, .hangUp]])
    }

    @Test("A handler may cancel another ready watch: its handler is not called in the same turn")
    func cancelsNeighbour() async throws {
        let loop = try EventLoop(name: "neighbour")
        defer { loop.shutdown() }
        let pipes = [try Pipe(), try Pipe()]
        defer { pipes.forEach { $0.close() } }
        let watches = OnLoop<[Watch]>([])
        let calls = OnLoop<[Int]>([])
        await on(loop) {
            for (index, pipe) in pipes.enumerated() {
                pipe.write()
                watches.value.append(
                    loop.watch(pipe.reading, for: .read) { _ in
                        calls.value.append(index)
                        watches.value.forEach { $0.cancel() }
                    })
            }
        }
        await naps(loop, 2)
        let count = await on(loop) { calls.value.count }
        #expect(count == 1)
    }

    @Test("An event of a closed descriptor is not delivered to a new one of the same number")
    func descriptorReuse() async throws {
        let loop = try EventLoop(name: "reuse")
        defer { loop.shutdown() }
        let pipes = [try Pipe(), try Pipe()]
        let fresh = try Pipe()
        let watches = OnLoop<[Watch]>([])
        let calls = OnLoop<[String]>([])
        await on(loop) {
            for (index, pipe) in pipes.enumerated() {
                pipe.write()
                watches.value.append(
                    loop.watch(pipe.reading, for: .read) { _ in
                        calls.value.append("old")
                        watches.value.forEach { $0.cancel() }
                        // The other pipe's event is in the same batch; its number now names an empty pipe.
                        let other = pipes[1 - index].reading
                        dup2(fresh.reading, other)
                        watches.value.append(loop.watch(other, for: .read) { _ in calls.value.append("new") })
                    })
            }
        }
        await naps(loop, 2)
        let before = await on(loop) { calls.value }
        #expect(before == ["old"])
        fresh.write()
        await naps(loop, 2)
        await on(loop) { watches.value.forEach { $0.cancel() } }
        let after = await on(loop) { calls.value }
        #expect(after.prefix(2) == ["old", "new"])
        (pipes + [fresh]).forEach { $0.close() }
    }

    @Test("A watch whose descriptor was closed without a cancel gives way, and its late cancel harms nobody")
    func lateCancel() async throws {
        let loop = try EventLoop(name: "late")
        defer { loop.shutdown() }
        let pipe = try Pipe()
        let other = try Pipe()
        let isNewCalled = await withCheckedContinuation { continuation in
            loop.execute {
                let old = loop.watch(pipe.reading, for: .read) { _ in }
                dup2(other.reading, pipe.reading)
                let new = OnLoop<Watch?>(nil)
                new.value = loop.watch(pipe.reading, for: .read) { _ in
                    new.value?.cancel()
                    continuation.resume(returning: true)
                }
                #expect(!old.isActive)
                old.cancel()
                other.write()
            }
        }
        #expect(isNewCalled)
        pipe.close()
        other.close()
    }

    @Test("A descriptor that epoll refuses is reported as an error, once", arguments: [-1, 999_999])
    func descriptorThatEpollRefuses(descriptor: Int32) async throws {
        let loop = try EventLoop(name: "refused")
        defer { loop.shutdown() }
        let reports = OnLoop<[ReadyEvents]>([])
        await on(loop) {
            _ = loop.watch(descriptor, for: .read) { reports.value.append($0) }
            #expect(reports.value.isEmpty)
        }
        await naps(loop, 2)
        let seen = await on(loop) { reports.value }
        #expect(seen == [.error])
    }

    @Test("Thousands of watches come and go without leaking a descriptor")
    func manyWatches() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop(name: "churn")
            let before = openDescriptors()
            let result = await on(loop) {
                Result {
                    for _ in 0..<3000 {
                        let pipe = try Pipe()
                        let watch = loop.watch(pipe.reading, for: [.read, .write]) { _ in }
                        watch.cancel()
                        pipe.close()
                    }
                }
            }
            try result.get()
            // libdispatch may open a few of its own meanwhile.
            #expect(openDescriptors() <= before + 8)
        }
    }
}

/// Lets the loop take a few turns.
func naps(_ loop: EventLoop, _ count: Int) async {
    for _ in 0..<count {
        await withCheckedContinuation { continuation in
            loop.execute { loop.schedule(after: .milliseconds(5)) { continuation.resume() } }
        }
    }
}

func socketPair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (ends[0], ends[1])
}
