import Audit
import Crypto
import EventLoop
import Postgres
import Service
import Vault

/// One connection to PostgreSQL on a loop of its own, for a command that asks or changes something and ends.
actor DatabaseSession {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private let settings: PostgresSettings
    private let masterKey: SealingKey?
    private var connection: PostgresConnection?

    private init(settings: PostgresSettings, masterKey: SealingKey?, loop: EventLoop) {
        self.settings = settings
        self.masterKey = masterKey
        self.loop = loop
    }

    /// Connects with the settings of the environment, does the work, and ends the connection.
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

    /// The connection, made at first use.
    func open() async throws -> PostgresConnection {
        if let connection { return connection }
        let made = try await PostgresConnection.connect(settings, on: loop)
        connection = made
        return made
    }

    /// The vault behind the connection.
    func vault() async throws -> VaultStore { VaultStore(connection: try await open(), key: masterKey) }

    /// The trail behind a pool of one connection.
    func trail() -> TrailReader { TrailReader(pool: PostgresPool(loop: loop, settings: settings, size: 1)) }

    /// A query on behalf of the operator at the terminal, who may see every call.
    func authorized(_ query: TrailQuery, in trail: TrailReader) async throws -> AuthorizedTrailQuery {
        try await trail.authorize(query, for: TrailAccess.terminal, keys: try await fingerprintKeys(for: query))
    }

    /// Every version of the vault's fingerprint key, where a query needs one.
    func fingerprintKeys(for query: TrailQuery) async throws -> [FingerprintKey] {
        guard query.key != nil else { return [] }
        guard let masterKey else { throw Failure.refused("a search by key needs TOPRELAY_MASTER_KEY") }
        let keys = try await VaultReader.load(on: try await open(), key: masterKey).keys(.fingerprint)
        return keys.map { FingerprintKey(version: $0.version, secret: $0.secret) }
    }

    /// The full request of a call; the opening is recorded under this name.
    func unmask(_ id: CallID, by opener: String, because reason: String) async throws -> (TrailRow, SealedRequest) {
        guard let masterKey else { throw Failure.refused("opening a request needs TOPRELAY_MASTER_KEY") }
        let trail = trail()
        guard let row = try await trail.call(id, for: TrailAccess.terminal) else {
            throw Failure.failed("there is no call \(id.text)")
        }
        switch try await trail.open(row, by: opener, because: reason) {
        case .sealed(let sealed): return (row, try SealedRequest(opening: sealed, of: id, with: masterKey))
        case .gone: throw Failure.failed("the full request is not kept any longer")
        case .absent:
            throw Failure.failed(
                "the full request is no longer kept, or was never kept: TOPRELAY_RETENTION_SEALED says for how long")
        case .tooLarge(let bytes):
            throw Failure.failed("the full request was never kept: its \(bytes) bytes are over the limit")
        }
    }

    private func end() {
        connection?.close()
        connection = nil
    }
}
