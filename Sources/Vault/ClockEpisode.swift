/// Turns measured offsets of the clock into events: one when they begin to differ, one for each change after it.
///
/// An episode ends a little below the limit at which it begins, so that a clock at the limit is not reported again and
/// again.
struct ClockEpisode {
    /// What the last offsets amount to.
    enum State: Equatable { case agrees, differs, unusable }

    private static let endFactor = 0.9
    private(set) var state = State.agrees

    /// Takes an offset in seconds.
    /// - Returns: the new state; nil when it is the same as before.
    mutating func note(seconds: Double) -> State? {
        let next = next(abs(seconds))
        defer { state = next }
        return next == state ? nil : next
    }

    private func next(_ seconds: Double) -> State {
        if seconds > ClockOffset.limitSeconds * (state == .unusable ? Self.endFactor : 1) { return .unusable }
        if seconds > ClockOffset.warningSeconds * (state == .agrees ? 1 : Self.endFactor) { return .differs }
        return .agrees
    }
}
