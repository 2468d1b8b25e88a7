import TOP

/// The bans that TOP has put on apps and on methods of apps, until they end.
struct Bans: Sendable {
    private struct Place: Hashable {
        var app: String
        /// Nil: the whole app.
        var method: String?
    }

    /// The longest ban that is believed; a text that names more is cut to it.
    static let maximumSeconds = 24 * 3600

    private var ends: [Place: Int64] = [:]

    /// Whole seconds until a call of the method by the app may go out again; nil when it may now.
    func remainingSeconds(app: String, method: String, nowMilliseconds: Int64) -> Int? {
        if ends.isEmpty { return nil }
        let end = max(ends[Place(app: app)] ?? 0, ends[Place(app: app, method: method)] ?? 0)
        return end > nowMilliseconds ? Int((end - nowMilliseconds + 999) / 1000) : nil
    }

    /// Notes a ban, and forgets the ones that have ended.
    mutating func note(_ ban: Ban, app: String, method: String, nowMilliseconds: Int64) {
        ends = ends.filter { $0.value > nowMilliseconds }
        let place = Place(app: app, method: ban.scope == .app ? nil : method)
        let end = nowMilliseconds + Int64(min(ban.seconds, Self.maximumSeconds)) * 1000
        ends[place] = max(ends[place] ?? 0, end)
    }
}
