/// Decides whether units that could go now wait a moment for others. Pure: no I/O.
///
/// A transaction costs the server and the writer as much as dozens of rows do. Where units come fast, a short wait
/// makes one transaction of several; where they come seldom or from few, waiting would only delay them.
struct Gathering {
    /// Fewer units are not worth a wait: so few that are under way never wait, nor do those that come slowly.
    static let leastUnits = 4
    /// An earlier batch counts this much less with each that follows.
    private static let fading = 0.75
    /// A pause counts as so many times the limit at most, so that a pace is found again soon.
    private static let longestPause: UInt64 = 16

    /// How long units wait at most, in nanoseconds; 0 for not at all.
    let limit: UInt64
    private var units = 0.0
    private var nanoseconds = 0.0
    private var lastSent: UInt64 = 0

    init(limit: UInt64) { self.limit = limit }

    /// A batch goes.
    mutating func note(_ count: Int, sentAt now: UInt64) {
        guard limit > 0 else { return }
        let pause = min(now &- lastSent, Self.longestPause &* limit)
        lastSent = now
        units = units * Self.fading + Double(count)
        nanoseconds = nanoseconds * Self.fading + Double(pause)
    }

    /// True where more are to be expected before the limit is over.
    /// - Parameter underWay: the units that are anywhere between their making and their commit. A third of them is
    ///   enough: with more, callers that wait for their answers would leave the machine idle.
    func isWorthwhile(queued: Int, underWay: Int) -> Bool {
        let enough = underWay / 3
        guard limit > 0, enough >= Self.leastUnits, queued > 0, queued < enough else { return false }
        return units * Double(limit) > Double(Self.leastUnits) * nanoseconds
    }
}
