import Audit
import JSON
import Problems
import Relay
import Locks
import Synchronization
import Vault

/// Whether the replica takes calls, and why not: what `/readyz` says.
final class Readiness: Sendable {
    /// Days of partitions ahead that are unknown yet.
    private static let unknown = Int.min
    /// How long a worker's trail writer may be without a connection.
    private static let writerOutageSeconds = 3.0

    private let draining = Atomic(false)
    private let connected = Atomic(false)
    private let loaded = Atomic(false)
    private let vaultFault = Locked<String?>(nil)
    private let partitionDays = Atomic(unknown)
    private let freshness: VaultFreshness
    private let catalog: CatalogHolder
    private let writers = OnceSet<[TrailFigures]>()
    private let watched = OnceSet<Liveness>()

    init(freshness: VaultFreshness, catalog: CatalogHolder) {
        self.freshness = freshness
        self.catalog = catalog
    }

    /// Tells of the workers' trail writers and of what watches their loops. Both are made after this value.
    func attach(writers: [TrailFigures], liveness: Liveness) {
        self.writers.set(writers)
        watched.set(liveness)
    }

    /// What watches the loops; nil before `attach`.
    var liveness: Liveness? { watched.value }

    /// From now on `/readyz` is 503.
    func drain() { draining.store(true, ordering: .relaxed) }

    /// Whether SIGTERM has come.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// The workers have a copy of the vault.
    func markLoaded() { loaded.store(true, ordering: .relaxed) }

    /// Whether PostgreSQL answers.
    func setConnected(_ value: Bool) { connected.store(value, ordering: .relaxed) }

    /// Why the vault cannot be read though PostgreSQL answers, in a sentence that is safe to show; nil: it can be read.
    func setVaultFault(_ text: String?) { vaultFault.withLock { $0 = text } }

    /// Whole days ahead that have their partitions.
    func setPartitionDays(_ days: Int) { partitionDays.store(days, ordering: .relaxed) }

    /// Days of partitions ahead, for the metric; nil while unknown.
    var partitionDaysAhead: Int? {
        let days = partitionDays.load(ordering: .relaxed)
        return days == Self.unknown ? nil : days
    }

    /// Seconds by which the replica's clock is ahead of PostgreSQL's, for the metric; nil before the first comparison.
    var clockOffsetSeconds: Double? { freshness.clock.seconds }

    /// Seconds since PostgreSQL last confirmed the vault's copy, for the metric.
    var vaultAgeSeconds: Double? { freshness.secondsSinceConfirmed() }

    /// Whether the replica takes calls.
    var isReady: Bool { checks.allSatisfy(\.isGood) }

    private typealias Check = (name: String, isGood: Bool, text: String)

    private var checks: [Check] {
        let days = partitionDaysAhead
        let outage = writerOutage
        return [
            ("draining", !isDraining, isDraining ? "the replica is stopping" : "no"),
            ("database", isConnected, isConnected ? "connected" : "PostgreSQL is out of reach"),
            ("vault", isVaultUsable, vaultText),
            ("clock", freshness.clock.isUsable, Self.text(clockSeconds: freshness.clock.seconds)),
            ("writers", outage == nil, outage ?? "connected"),
            ("partitions", (days ?? 1) >= 0, Self.text(partitionDays: days)),
            // A broken folder keeps no replica from serving the last good catalog.
            ("catalog", true, catalog.inWords),
        ]
    }

    /// The answer of `/readyz`: each check by name with its state.
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

    /// A vault that cannot be read makes the replica unready once its copy is too old, and shows at once.
    private var vaultText: String {
        vaultFault.withLock { $0 } ?? (isVaultUsable ? "current" : "no current copy of the vault")
    }

    private var isVaultUsable: Bool { loaded.load(ordering: .relaxed) && freshness.isFresh() }

    /// The first trail writer that has been without a connection for too long, in words.
    private var writerOutage: String? {
        for (number, figures) in (writers.value ?? []).enumerated() {
            for (name, connection) in [
                ("intents", figures.intentsConnection), ("outcomes", figures.outcomesConnection),
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
        case nil: "not looked at yet"
        case let days? where days < 0: "today's partitions of the audit trail are missing"
        case let days? where days < 1: "less than a day of partitions is left"
        case let days?: "\(days) days ahead"
        }
    }
}
