internal import Synchronization

/// A loop under a watchdog, with its signs of life and the watchdog's last conclusion.
///
/// The loop's thread writes the signs, the watchdog's thread writes the conclusion, and any thread reads both.
final class WatchedLoop: Sendable {
    let loop: EventLoop
    private let posted = Atomic<UInt64>(0)
    private let work = Atomic<UInt64>(0)
    private let timers = Atomic<UInt64>(0)
    private let stalledPart = Atomic<UInt8>(0)
    private let stalledMilliseconds = Atomic<Int64>(0)
    private let stallCount = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)

    init(_ loop: EventLoop) { self.loop = loop }

    /// The number of stalls.
    var stalls: Int { stallCount.load(ordering: .relaxed) }

    /// The current stall.
    var stall: LoopStall? {
        guard let part = LoopStall.Part(rawValue: stalledPart.load(ordering: .acquiring)) else { return nil }
        return LoopStall(
            loop: loop.name, part: part, seconds: Int(stalledMilliseconds.load(ordering: .relaxed) / 1000))
    }

    var signs: LoopSigns {
        LoopSigns(work: work.load(ordering: .relaxed), timers: timers.load(ordering: .relaxed))
    }

    /// Starts a timer that fires every `interval` until `end()`.
    func begin(every interval: Duration) {
        loop.execute { [self] in beat(every: interval) }
    }

    /// Requests one sign of life. At most one request is pending, so a stalled loop's inbox does not grow.
    func post() {
        guard posted.load(ordering: .relaxed) == work.load(ordering: .relaxed) else { return }
        posted.wrappingAdd(1, ordering: .relaxed)
        loop.execute { [self] in work.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Stops the timer at its next turn.
    func end() { isOver.store(true, ordering: .relaxed) }

    func set(_ part: LoopStall.Part?, silence: Duration) {
        stalledMilliseconds.store(Int64(silence / .milliseconds(1)), ordering: .relaxed)
        stalledPart.store(part?.rawValue ?? 0, ordering: .releasing)
    }

    func countStall() { stallCount.wrappingAdd(1, ordering: .relaxed) }

    private func beat(every interval: Duration) {
        guard !isOver.load(ordering: .relaxed) else { return }
        timers.wrappingAdd(1, ordering: .relaxed)
        loop.schedule(after: interval) { [self] in beat(every: interval) }
    }
}
