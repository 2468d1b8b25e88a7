/// Turns measured clock offsets into events. It reports when the clocks begin to differ, and each later change.
///
/// An episode ends slightly below the limit at which it begins. So a clock near the limit does not cause repeated
/// events.
struct ClockEpisode {
    /// What the last offsets mean.
    enum State: Equatable { case agrees, differs, unusable }

    private static let endFactor = 0.9
    private(set) var state = State.agrees

    /// Takes an offset in seconds.
    /// - Returns: the new state, or nil if it has not changed.
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
