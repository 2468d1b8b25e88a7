import Audit
import Crypto
import EventLoop
import Postgres
import Service
import Vault

/// One connection to PostgreSQL on its own loop, for a command that reads or changes something and ends.
actor DatabaseSession {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private let settings: PostgresSettings
    let masterKey: KeyRing?
    private var connection: PostgresConnection?

    private init(settings: PostgresSettings, masterKey: KeyRing?, loop: EventLoop) {
        self.settings = settings
        self.masterKey = masterKey
        self.loop = loop
    }

    /// Connects with the settings of the environment, does the work, and closes the connection.
    static func run<Result: Sendable>(
        _ settings: StoreSettings, _ work: @Sendable (isolated DatabaseSession) async throws -> Result
    ) async throws -> Result {
        let loop = try EventLoop(name: "command")
        defer { loop.shutdown() }
        let session = DatabaseSession(settings: settings.database, masterKey: settings.masterKey, loop: loop)
        do {
            let result = try await work(session)
            await session.end()
            return result
        } catch {
            await session.end()
            throw error
        }
    }

    /// The connection. The first use opens it.
    func open() async throws -> PostgresConnection {
        if let connection { return connection }
        let made = try await PostgresConnection.connect(settings, on: loop)
        connection = made
        return made
    }

    /// The vault in this database.
    func vault() async throws -> VaultStore {
        VaultStore(connection: try await open(), key: masterKey, author: ChangeAuthor(origin: HostName.current))
    }

    /// The trail in this database, read through a pool of one connection.
    func trail() -> TrailReader { TrailReader(pool: PostgresPool(loop: loop, settings: settings, size: 1)) }

    /// A query for the operator at the terminal, who may see every call.
    func authorized(_ query: TrailQuery, in trail: TrailReader) async throws -> AuthorizedTrailQuery {
        try await trail.authorize(query, for: TrailAccess.terminal, keys: try await fingerprintKeys(for: query))
    }

    /// All versions of the vault's fingerprint key. Empty if the query does not need them.
    func fingerprintKeys(for query: TrailQuery) async throws -> [FingerprintKey] {
        query.key == nil ? [] : try await fingerprintKeys()
    }

    /// All versions of the vault's fingerprint key.
    func fingerprintKeys() async throws -> [FingerprintKey] {
        guard let masterKey else { throw CommandError.refused("a search by key needs TOPRELAY_MASTER_KEY") }
        let keys = try await VaultReader.load(on: try await open(), key: masterKey).keys(.fingerprint)
        return keys.map { FingerprintKey(version: $0.version, secret: $0.secret) }
    }

    /// The full request of a call. The access is recorded under the given name.
    func unmask(_ id: CallID, by opener: String, because reason: String) async throws -> (CallSummary, SealedRequest) {
        guard let masterKey else { throw CommandError.refused("unmasking a request needs TOPRELAY_MASTER_KEY") }
        let trail = trail()
        guard let row = try await trail.call(id, for: TrailAccess.terminal) else {
            throw CommandError.failed("there is no call \(id.text)")
        }
        guard row.erasedAt == nil else { throw CommandError.failed("the full request was erased") }
        switch try await trail.unmask(row, by: opener, from: HostName.current, because: reason) {
        case .sealed(let sealed): return (row, try SealedRequest(opening: sealed, of: id, with: masterKey))
        case .gone: throw CommandError.failed("the full request is no longer kept")
        case .absent:
            throw CommandError.failed(
                "the full request is no longer kept, or never was (TOPRELAY_RETENTION_SEALED)")
        case .tooLarge(let bytes):
            throw CommandError.failed("the full request was not kept, because its \(bytes) bytes exceed the limit")
        }
    }

    private func end() {
        connection?.close()
        connection = nil
    }
}
