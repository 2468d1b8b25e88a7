import TOP

/// The bans that TOP has put on apps and on methods of apps, until they end.
struct Bans: Sendable {
    private struct Target: Hashable {
        var app: String
        /// The method; nil for the whole app.
        var method: String?
    }

    /// The longest ban. A ban text with more seconds counts as this one.
    static let maximumSeconds = 24 * 3600

    private var ends: [Target: Int64] = [:]

    /// Whole seconds until the app may call the method again; nil if it may now.
    func remainingSeconds(app: String, method: String, nowMilliseconds: Int64) -> Int? {
        if ends.isEmpty { return nil }
        let end = max(ends[Target(app: app)] ?? 0, ends[Target(app: app, method: method)] ?? 0)
        return end > nowMilliseconds ? Int((end - nowMilliseconds + 999) / 1000) : nil
    }

    /// Notes a ban, and removes those that have ended.
    mutating func note(_ ban: Ban, app: String, method: String, nowMilliseconds: Int64) {
        ends = ends.filter { $0.value > nowMilliseconds }
        let target = Target(app: app, method: ban.scope == .app ? nil : method)
        let end = nowMilliseconds + Int64(min(ban.seconds, Self.maximumSeconds)) * 1000
        ends[target] = max(ends[target] ?? 0, end)
    }
}
