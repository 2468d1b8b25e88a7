import Dispatch
import Locks
import Testing

@Suite("A value under a lock")
struct LockedTests {
    private final class Witness: Sendable {}

    private struct Fault: Error, Equatable {}

    @Test("Threads change it one at a time")
    func exclusiveChanges() {
        let value = Locked([Int]())
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<1000 { value.withLock { $0.append(thread * 1000 + number) } }
        }
        #expect(value.withLock { $0.sorted() } == Array(0..<8000))
    }

    @Test("Copies share it")
    func sharedCopies() {
        let value = Locked(1)
        let copy = value
        copy.withLock { $0 = 2 }
        #expect(value.withLock { $0 } == 2)
    }

    @Test("An error leaves the lock free and keeps what was changed")
    func errorInBody() {
        let value = Locked(1)
        #expect(throws: Fault()) {
            try value.withLock { number throws(Fault) in
                number = 2
                throw Fault()
            }
        }
        #expect(value.withLock { $0 } == 2)
    }

    @Test("It is released with its last copy")
    func releaseWithLastCopy() {
        weak var seen: Witness?
        do {
            let value = Locked<Witness?>(Witness())
            seen = value.withLock { $0 }
            #expect(seen != nil)
        }
        #expect(seen == nil)
    }
}
