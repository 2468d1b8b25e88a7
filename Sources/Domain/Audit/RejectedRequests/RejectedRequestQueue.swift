/// Rejected requests that wait to be written. The rate is limited, so that a flood of bad requests does not load the
/// database.
package struct RejectedRequestQueue: Sendable {
    /// The maximum number that is stored in a burst, and that waits.
    package static let maximumBurst = 200
    /// The number that is stored each second in the long run.
    package static let perSecond = 10

    /// The requests that wait, oldest first.
    package private(set) var waiting: [RejectedRequest] = []
    private var allowance = Double(maximumBurst)
    private var toppedUpAt: UInt64 = 0

    /// Makes an empty queue.
    package init() {}

    /// Adds a request if the rate allows it. `now` is in monotonic nanoseconds.
    package mutating func add(_ refusal: RejectedRequest, now: UInt64) {
        let earned = Double(now &- toppedUpAt) / 1e9 * Double(Self.perSecond)
        allowance = min(Double(Self.maximumBurst), allowance + earned)
        toppedUpAt = now
        guard allowance >= 1, waiting.count < Self.maximumBurst else { return }
        allowance -= 1
        waiting.append(refusal.truncated())
    }

    /// Removes and returns all requests.
    package mutating func takeAll() -> [RejectedRequest] {
        defer { waiting = [] }
        return waiting
    }
}
