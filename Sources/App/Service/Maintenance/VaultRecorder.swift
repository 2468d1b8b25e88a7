import EventLoop
import Logging
import Relay
import Telemetry
import Vault

/// Writes what calls leave behind in the vault: bans of TOP, and when tokens were last used. No call waits for it.
actor VaultRecorder {
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// The shortest time between two writes of token uses.
    private static let usesEvery: Duration = .seconds(60)
    /// How often the recorder looks for something to write.
    private static let checkEvery: Duration = .seconds(1)
    /// The most bans that wait. More can only be those of many apps while PostgreSQL is away.
    private static let maximumWaiting = 1000
    /// Ends of one ban that differ by less are the same: TOP names whole seconds, and calls in flight repeat it.
    private static let sameEndMilliseconds: Int64 = 2000

    private struct Target: Hashable {
        var app: String
        var method: String?
    }

    private nonisolated let loop: EventLoop
    private let vault: LoopBound<VaultPool>
    private let uses: TokenUses
    private let author: ChangeAuthor
    private let logger: Logger
    /// Bans that are to be written.
    private var waiting: [Target: VaultBan] = [:]
    /// When the bans end that were written.
    private var written: [Target: Int64] = [:]
    private var usesWrittenAt: ContinuousClock.Instant?
    private var isWriting = false

    /// - Parameters:
    ///   - vault: the replica's connection for administration.
    ///   - replica: the name of this process, for the record of bans.
    init(vault: LoopBound<VaultPool>, uses: TokenUses, replica: String, logger: Logger) {
        loop = vault.loop
        self.vault = vault
        self.uses = uses
        author = ChangeAuthor(actor: "TOP", origin: replica)
        self.logger = logger
    }

    /// The bans that no other replica knows yet.
    var unwrittenBans: [VaultBan] { Array(waiting.values) }

    /// Takes a ban. Safe from any thread.
    nonisolated func record(_ ban: VaultBan) {
        loop.execute { self.assumeIsolated { $0.take(ban) } }
    }

    /// Forgets bans that an operator has lifted.
    func note(_ notice: BanNotice) {
        guard case .lifted(let app, let method) = notice else { return }
        written = written.filter { $0.key.app != app || method != nil && $0.key.method != method }
        waiting = waiting.filter { $0.key.app != app || method != nil && $0.key.method != method }
    }

    private func take(_ ban: VaultBan) {
        let target = Target(app: ban.app, method: ban.method)
        if let end = written[target], ban.endsAt < end + Self.sameEndMilliseconds { return }
        guard waiting[target] != nil || waiting.count < Self.maximumWaiting else { return }
        waiting[target] = ban
        Task(executorPreference: loop) { await self.writeBans() }
    }

    /// Writes until the task is cancelled. What could not be written is tried again.
    func run() async {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: Self.checkEvery)) != nil else { return }
            await writeBans()
            await writeUses()
        }
    }

    private func writeBans() async {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while let (target, ban) = waiting.first {
            do throws(VaultError) {
                try await vault.value.run(by: author) { store throws(VaultError) in try await store.recordBan(ban) }
            } catch {
                return logger.record(.warning, "Could not record a ban", [.app: ban.app, .error: error.description])
            }
            if waiting[target] == ban { waiting[target] = nil }
            if written.count >= Self.maximumWaiting { written = [:] }
            written[target] = ban.endsAt
        }
    }

    private func writeUses() async {
        let now = ContinuousClock.now
        if let usesWrittenAt, now - usesWrittenAt < Self.usesEvery { return }
        let taken = uses.takeAll()
        guard !taken.isEmpty else { return }
        usesWrittenAt = now
        do throws(VaultError) {
            try await vault.value.run(by: author) { store throws(VaultError) in try await store.noteTokenUses(taken) }
        } catch {
            uses.putBack(taken)
            logger.record(.warning, "Could not record uses of tokens", [.error: error.description])
        }
    }
}
