import TOP
import Vault

/// The bans that TOP has put on apps and on methods of apps, until they end. All replicas share them.
struct Bans: Sendable {
    private struct Target: Hashable {
        var app: String
        /// The method; nil for the whole app.
        var method: String?
    }

    private var ends: [Target: Int64] = [:]

    /// Whole seconds until the app may call the method again; nil if it may now.
    func remainingSeconds(app: String, method: String, nowMilliseconds: Int64) -> Int? {
        if ends.isEmpty { return nil }
        let end = max(ends[Target(app: app)] ?? 0, ends[Target(app: app, method: method)] ?? 0)
        return end > nowMilliseconds ? Int((end - nowMilliseconds + 999) / 1000) : nil
    }

    /// Notes bans, or that they were lifted, and removes those that have ended.
    mutating func note(_ notice: BanNotice, nowMilliseconds: Int64) {
        switch notice {
        case .banned(let ban): note(ban, nowMilliseconds: nowMilliseconds)
        case .lifted(let app, nil): ends = ends.filter { $0.key.app != app }
        case .lifted(let app, let method?): ends[Target(app: app, method: method)] = nil
        case .all(let bans):
            ends = [:]
            for ban in bans { note(ban, nowMilliseconds: nowMilliseconds) }
        }
    }

    private mutating func note(_ ban: VaultBan, nowMilliseconds: Int64) {
        ends = ends.filter { $0.value > nowMilliseconds }
        let target = Target(app: ban.app, method: ban.method)
        // A clock that differs must not make a ban longer than TOP's longest.
        let end = min(ban.endsAt, nowMilliseconds + Int64(Ban.maximumSeconds) * 1000)
        ends[target] = max(ends[target] ?? 0, end)
    }
}

extension VaultBan {
    /// The ban that a response named. The longest that is believed is a day.
    init(_ ban: Ban, app: String, method: String, code: String?, nowMilliseconds: Int64) {
        let seconds = min(ban.seconds, Ban.maximumSeconds)
        self.init(
            app: app, method: ban.scope == .app ? nil : method, endsAt: nowMilliseconds + Int64(seconds) * 1000,
            madeAt: nowMilliseconds, code: code)
    }
}
