/// Refusals that wait to be written: a few a second, so that a flood of bad requests costs the database nothing.
package struct RefusalQueue: Sendable {
    /// Refusals that are kept in a burst, and that wait at most.
    package static let maximumBurst = 200
    /// Refusals a second that are kept for long.
    package static let perSecond = 10

    /// Those that wait.
    package private(set) var waiting: [Refusal] = []
    private var allowance = Double(maximumBurst)
    private var toppedUpAt: UInt64 = 0

    /// Nobody waits.
    package init() {}

    /// Takes a refusal in, when there is room for it. `now` in monotonic nanoseconds.
    package mutating func add(_ refusal: Refusal, now: UInt64) {
        let earned = Double(now &- toppedUpAt) / 1e9 * Double(Self.perSecond)
        allowance = min(Double(Self.maximumBurst), allowance + earned)
        toppedUpAt = now
        guard allowance >= 1, waiting.count < Self.maximumBurst else { return }
        allowance -= 1
        waiting.append(refusal.bounded())
    }

    /// Hands all out.
    package mutating func takeAll() -> [Refusal] {
        defer { waiting = [] }
        return waiting
    }
}
