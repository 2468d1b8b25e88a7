import Audit
import JSON
import Problems
import Relay
import Locks
import Synchronization
import Vault

/// Whether the replica takes calls, and why not. `/readyz` shows it.
final class Readiness: Sendable {
    /// The value of `partitionDays` before the first check.
    private static let unknown = Int.min
    /// The longest time that a trail writer may be without a connection.
    private static let writerOutageSeconds = 3.0

    private let draining = Atomic(false)
    private let connected = Atomic(false)
    private let loaded = Atomic(false)
    private let vaultFault = Locked<String?>(nil)
    private let partitionDays = Atomic(unknown)
    private let freshness: VaultFreshness
    private let catalog: CatalogHolder
    private let writers = OnceSet<[TrailMetrics]>()
    private let watched = OnceSet<Liveness>()

    init(freshness: VaultFreshness, catalog: CatalogHolder) {
        self.freshness = freshness
        self.catalog = catalog
    }

    /// Adds the workers' trail writers and the liveness of the loops. Both are made later than this value.
    func attach(writers: [TrailMetrics], liveness: Liveness) {
        self.writers.set(writers)
        watched.set(liveness)
    }

    /// The liveness of the loops; nil before `attach`.
    var liveness: Liveness? { watched.value }

    /// Makes `/readyz` answer 503 from now on.
    func drain() { draining.store(true, ordering: .relaxed) }

    /// Whether the replica is draining.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Notes that the workers have a copy of the vault.
    func markLoaded() { loaded.store(true, ordering: .relaxed) }

    /// Notes whether PostgreSQL answers.
    func setConnected(_ value: Bool) { connected.store(value, ordering: .relaxed) }

    /// Notes why the vault cannot be read although PostgreSQL answers. The text must be safe to show. Nil means that it
    /// can be read.
    func setVaultFault(_ text: String?) { vaultFault.withLock { $0 = text } }

    /// Notes the number of whole days ahead that have partitions.
    func setPartitionDays(_ days: Int) { partitionDays.store(days, ordering: .relaxed) }

    /// The number of days ahead that have partitions; nil while unknown.
    var partitionDaysAhead: Int? {
        let days = partitionDays.load(ordering: .relaxed)
        return days == Self.unknown ? nil : days
    }

    /// How far the replica's clock is ahead of PostgreSQL's, in seconds; nil before the first comparison.
    var clockOffsetSeconds: Double? { freshness.clock.seconds }

    /// The time since PostgreSQL last confirmed the copy of the vault, in seconds.
    var vaultAgeSeconds: Double? { freshness.secondsSinceConfirmed() }

    /// Whether the replica takes calls.
    var isReady: Bool { checks.allSatisfy(\.isGood) }

    private typealias Check = (name: String, isGood: Bool, text: String)

    private var checks: [Check] {
        let days = partitionDaysAhead
        let outage = writerOutage
        return [
            ("draining", !isDraining, isDraining ? "the replica is stopping" : "no"),
            ("database", isConnected, isConnected ? "connected" : "PostgreSQL is unreachable"),
            ("vault", isVaultUsable, vaultText),
            ("clock", freshness.clock.isUsable, Self.text(clockSeconds: freshness.clock.seconds)),
            ("writers", outage == nil, outage ?? "connected"),
            ("partitions", (days ?? 1) >= 0, Self.text(partitionDays: days)),
            // With a faulty folder, a replica still serves the last good catalog.
            ("catalog", true, catalog.summary),
        ]
    }

    /// The reply of `/readyz`: each check by name with its state.
    var reply: Reply {
        let checks = checks
        let isReady = checks.allSatisfy(\.isGood)
        var json = JSONWriter()
        json.beginObject()
        json.name("status")
        json.string(isReady ? "ready" : "unavailable")
        json.name("checks")
        json.beginObject()
        for check in checks {
            json.name(check.name)
            json.string(check.text)
        }
        json.endObject()
        json.endObject()
        var reply = Reply.json(json.bytes)
        reply.status = isReady ? 200 : 503
        return reply
    }

    private var isConnected: Bool { connected.load(ordering: .relaxed) }

    /// A vault that cannot be read is shown immediately. The replica becomes unready when its copy is too old.
    private var vaultText: String {
        vaultFault.withLock { $0 } ?? (isVaultUsable ? "current" : "no current copy of the vault")
    }

    private var isVaultUsable: Bool { loaded.load(ordering: .relaxed) && freshness.isFresh() }

    /// The first trail writer that has been without a connection for too long, as a sentence.
    private var writerOutage: String? {
        for (number, metrics) in (writers.value ?? []).enumerated() {
            for (name, connection) in [
                ("intents", metrics.intentsConnection), ("outcomes", metrics.outcomesConnection),
            ] {
                guard let (seconds, reason) = connection.current(), seconds >= Self.writerOutageSeconds else {
                    continue
                }
                return "worker \(number) has had no connection for its \(name) for \(Int(seconds)) s: \(reason.text)"
            }
        }
        return nil
    }

    private static func text(clockSeconds seconds: Double?) -> String {
        guard let seconds else { return "not compared with PostgreSQL's yet" }
        let magnitude = abs(seconds)
        if magnitude < 1 { return "agrees with PostgreSQL's" }
        let text = "\(Int(magnitude)) s \(seconds > 0 ? "ahead of" : "behind") PostgreSQL's"
        let limit = ClockOffset.limitSeconds
        return magnitude > limit ? text + "; calls are refused above \(Int(limit)) s" : text
    }

    private static func text(partitionDays days: Int?) -> String {
        switch days {
        case nil: "not checked yet"
        case let days? where days < 0: "today's partitions of the audit trail are missing"
        case let days? where days < 1: "less than a day of partitions is left"
        case let days?: "\(days) days ahead"
        }
    }
}
