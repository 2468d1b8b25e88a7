import Locks
import Telemetry
import Vault

/// The figures of sessions by app, for the metrics. They are made with each copy of the vault, so that a scrape does
/// not look at each session.
final class SessionMetrics: Sendable {
    private struct AppFigures {
        /// When the keys end, in milliseconds since 1970, in order. Unknown ends are left out.
        var ends: [Int64] = []
        var unknownEnds = 0
        var needAuthorisation = 0
        /// When somebody has to act, in order: the ends of keys that the relay cannot refresh, and of refresh tokens.
        var manualEnds: [Int64] = []

        /// The number of keys that have ended at a time.
        func ended(at time: Int64) -> Int { Self.count(of: ends, upTo: time) }

        /// The time until the first of these ends after `time`, in seconds.
        static func next(in ends: [Int64], after time: Int64) -> Double? {
            let past = count(of: ends, upTo: time)
            return past < ends.count ? Double(ends[past] - time) / 1000 : nil
        }

        private static func count(of ends: [Int64], upTo time: Int64) -> Int {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] <= time { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let apps = Locked<[String: AppFigures]>([:])
    private let wallClock: @Sendable () -> Int64

    /// - Parameter wallClock: the time of day, in milliseconds since 1970.
    init(wallClock: @escaping @Sendable () -> Int64) { self.wallClock = wallClock }

    /// Takes the figures of a new copy of the vault.
    func install(_ snapshot: VaultSnapshot) {
        var figures: [String: AppFigures] = [:]
        for session in snapshot.allSessions {
            if let end = session.expiresAt {
                figures[session.app, default: AppFigures()].ends.append(end)
            } else {
                figures[session.app, default: AppFigures()].unknownEnds += 1
            }
            let manualEnd =
                session.renewal.hasToken && !session.renewal.needsAuthorisation
                ? session.renewal.endsAt : session.expiresAt
            if let manualEnd { figures[session.app, default: AppFigures()].manualEnds.append(manualEnd) }
            if session.renewal.needsAuthorisation { figures[session.app]?.needAuthorisation += 1 }
        }
        for app in figures.keys {
            figures[app]?.ends.sort()
            figures[app]?.manualEnds.sort()
        }
        apps.withLock { $0 = figures }
    }

    /// Registers the metrics.
    func observe(_ registry: PrometheusRegistry) {
        registry.observeAll("toprelay_sessions") { [self] in
            let now = wallClock()
            return figures.flatMap { app, figures -> [([(String, String)], Double)] in
                let expired = figures.ended(at: now)
                let ending = figures.ended(at: now + SessionHealth.expiringMilliseconds)
                let counts = [
                    ("valid", figures.ends.count - ending + figures.unknownEnds), ("expiring", ending - expired),
                    ("expired", expired),
                ]
                return counts.map { ([("app", app), ("state", $0.0)], Double($0.1)) }
            }
        }
        registry.observeAll("toprelay_session_expires_seconds") { [self] in
            let now = wallClock()
            return figures.compactMap { app, figures in
                AppFigures.next(in: figures.ends, after: now).map { ([("app", app)], $0) }
            }
        }
        registry.observeAll("toprelay_session_manual_expires_seconds") { [self] in
            let now = wallClock()
            return figures.compactMap { app, figures in
                AppFigures.next(in: figures.manualEnds, after: now).map { ([("app", app)], $0) }
            }
        }
        registry.observeAll("toprelay_sessions_need_authorisation") { [self] in
            figures.map { ([("app", $0)], Double($1.needAuthorisation)) }
        }
    }

    private var figures: [(String, AppFigures)] { apps.withLock { $0 }.sorted { $0.key < $1.key } }
}
