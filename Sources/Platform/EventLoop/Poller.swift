internal import CEventLoop
internal import Glibc

/// An epoll instance with an eventfd that interrupts its wait. No other Swift code calls epoll.
struct Poller {
    /// The eventfd's token. Tokens of watches differ, because their generations start at 1.
    static let wakeUpToken: UInt64 = 0
    /// The largest number of events of one wait. The next wait reports the rest.
    static let capacity = 256

    private let epoll: Int32
    private let wakeUp: Int32
    private let events: UnsafeMutablePointer<loop_event>

    init() throws(EventLoopError) {
        let epoll = loop_epoll_create()
        guard epoll >= 0 else { throw EventLoopError("epoll_create1", code: errno) }
        let wakeUp = loop_eventfd_create()
        guard wakeUp >= 0 else {
            let code = errno
            Glibc.close(epoll)
            throw EventLoopError("eventfd", code: code)
        }
        // Edge triggered: each write is one event, and nothing must be read back.
        guard loop_epoll_add_wakeup(epoll, wakeUp, Poller.wakeUpToken) == 0 else {
            let code = errno
            Glibc.close(wakeUp)
            Glibc.close(epoll)
            throw EventLoopError("epoll_ctl", code: code)
        }
        self.epoll = epoll
        self.wakeUp = wakeUp
        events = .allocate(capacity: Poller.capacity)
        events.initialize(repeating: loop_event(), count: Poller.capacity)
    }

    /// Ends the current or the next wait. Safe from any thread.
    func interrupt() { _ = loop_eventfd_signal(wakeUp) }

    /// Waits at most `milliseconds`; -1 waits for an event. Returns the number of events for `event(at:)`.
    func wait(milliseconds: Int32) -> Int {
        Int(max(0, loop_epoll_wait(epoll, events, Int32(Poller.capacity), milliseconds)))
    }

    func event(at index: Int) -> (token: UInt64, readiness: ReadyEvents) {
        (events[index].token, ReadyEvents(rawValue: events[index].bits))
    }

    /// Registers a descriptor, or replaces its registration. Returns false if epoll refuses it.
    func add(_ descriptor: Int32, _ interest: Interest, token: UInt64) -> Bool {
        if loop_epoll_add(epoll, descriptor, interest.rawValue, token) == 0 { return true }
        return errno == EEXIST && loop_epoll_change(epoll, descriptor, interest.rawValue, token) == 0
    }

    /// Changes a registration. If the descriptor was closed and its number reused, the kernel has dropped the
    /// registration, and this renews it. Returns false if epoll refuses it.
    func change(_ descriptor: Int32, _ interest: Interest, token: UInt64) -> Bool {
        if loop_epoll_change(epoll, descriptor, interest.rawValue, token) == 0 { return true }
        return errno == ENOENT && loop_epoll_add(epoll, descriptor, interest.rawValue, token) == 0
    }

    /// Removes a registration. A closed descriptor has none, which is not an error.
    func remove(_ descriptor: Int32) { _ = loop_epoll_remove(epoll, descriptor) }

    /// Call it when no thread waits and none can call `interrupt` any more.
    func close() {
        Glibc.close(wakeUp)
        Glibc.close(epoll)
        events.deallocate()
    }
}
