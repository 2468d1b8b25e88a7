internal import CEventLoop

/// A descriptor that a loop watches. Use it on the loop's thread only.
///
/// Cancel it before you close the descriptor. A handler may cancel any watch, close descriptors and watch new ones with
/// the same number. An event of the old descriptor is not delivered to the new watch.
package final class Watch {
    /// The watched descriptor.
    package let descriptor: Int32
    /// The current interest.
    package private(set) var interest: Interest

    /// The token of its epoll events: the descriptor and a generation that is unique in the loop.
    let token: UInt64
    private(set) var handler: ((ReadyEvents) -> Void)?
    private let loop: EventLoop

    init(
        _ descriptor: Int32, _ interest: Interest, generation: UInt32, loop: EventLoop,
        handler: @escaping (ReadyEvents) -> Void
    ) {
        self.descriptor = descriptor
        self.interest = interest
        self.loop = loop
        self.handler = handler
        token = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    /// True until it is cancelled.
    package var isActive: Bool { handler != nil }

    /// Changes the interest. It has no effect if the interest is the same or the watch is cancelled.
    package func update(_ interest: Interest) {
        loop.check()
        guard handler != nil, interest != self.interest else { return }
        self.interest = interest
        loop.change(self)
    }

    /// Ends the watch and drops its handler. A second call has no effect.
    package func cancel() {
        loop.check()
        guard handler != nil else { return }
        handler = nil
        loop.remove(self)
    }

    /// Drops the handler without a call to epoll. The loop is ending, or another watch has replaced this one.
    func detach() { handler = nil }
}

/// What a watch waits for. Hang-ups and errors are always reported.
package struct Interest: OptionSet, Sendable {
    /// The bits of the C shim.
    package let rawValue: UInt32

    /// An interest of these bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The descriptor can be read without waiting, or its peer has closed.
    package static let read = Interest(rawValue: UInt32(LOOP_READABLE))
    /// The descriptor can be written without waiting, or its connect has ended.
    package static let write = Interest(rawValue: UInt32(LOOP_WRITABLE))
}

/// The events of a watched descriptor. They are level triggered: each is reported until it is handled.
package struct ReadyEvents: OptionSet, Sendable {
    /// The bits of the C shim.
    package let rawValue: UInt32

    /// Events with these bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A read does not wait.
    package static let readable = ReadyEvents(rawValue: UInt32(LOOP_READABLE))
    /// A write does not wait.
    package static let writable = ReadyEvents(rawValue: UInt32(LOOP_WRITABLE))
    /// Both directions are closed.
    package static let hangUp = ReadyEvents(rawValue: UInt32(LOOP_HANG_UP))
    /// The descriptor has a pending error, or epoll refused to watch it.
    package static let error = ReadyEvents(rawValue: UInt32(LOOP_ERROR))
}
