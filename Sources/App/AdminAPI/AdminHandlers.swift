package import Catalog
package import EventLoop
import JSON
package import Logging
import Postgres
import Problems
import Requests
import Telemetry
package import Vault

/// The handlers of administration over HTTP: one function for each operation.
///
/// The module changes and lists apps, sessions, tokens and bans. It may use Vault, Problems and Requests. It must not
/// know the path of a call. It works on a loop and a connection of its own, so that no call waits for it.
package actor AdminHandlers {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    nonisolated let loop: EventLoop
    let logger: Logger
    let catalogState: @Sendable () -> CatalogState
    let now: @Sendable () -> Int64
    private let vault: LoopBound<VaultPool>
    /// How many imports run.
    var imports = 0

    /// - Parameters:
    ///   - vault: the replica's connection for administration, which lives on a loop. The handlers run there.
    ///   - catalogState: what `GET /v1/admin/catalog` shows.
    ///   - now: the time in milliseconds since 1970.
    package init(
        vault: LoopBound<VaultPool>, logger: Logger, catalogState: @escaping @Sendable () -> CatalogState,
        now: @escaping @Sendable () -> Int64
    ) {
        loop = vault.loop
        self.vault = vault
        self.logger = logger
        self.catalogState = catalogState
        self.now = now
    }

    /// Works on the vault on behalf of a request.
    func onVault<Result>(
        for request: AuthorizedRequest, _ work: (VaultStore) async throws(VaultError) -> Result
    ) async throws(Problem) -> Result {
        do throws(VaultError) {
            return try await inVault(request.author, work)
        } catch {
            throw problem(of: error)
        }
    }

    /// Works on the vault, for work that looks at the errors.
    func inVault<Result>(
        _ author: ChangeAuthor, _ work: (VaultStore) async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        try await vault.value.run(by: author, work)
    }

    /// What the client is told of an error. An error of the system is logged.
    func problem(of error: VaultError) -> Problem {
        switch error {
        case .invalid(let field, let expectation):
            var problem = Problem(.invalidParameters, "\(Self.sentence(error)) Nothing was changed.")
            problem.faults = [
                Fault(pointer: AdminMember.pointer(ofField: field), code: .rule, detail: expectation)
            ]
            return problem
        case .notFound: return Problem(.notFound, Self.sentence(error))
        case .taken, .tooLarge, .otherUser: return Problem(.conflict, Self.sentence(error))
        case .conditionFailed:
            return Problem(
                .preconditionFailed,
                "What is stored is not in the state that If-Match or If-None-Match requires. Nothing was changed.")
        case .database(let failure):
            logger.record(
                .warning, "Could not read or change the vault",
                [.sqlState: failure.sqlState ?? "", .error: failure.description])
            return Problem(
                .auditUnavailable, "The vault cannot be read or changed now. Try again soon.", retryable: true,
                retryAfterSeconds: 1)
        case .cryptography, .wrongMasterKey, .unreadable, .noMasterKey, .notMigrated, .unexpected, .interrupted:
            logger.record(.error, "Could not read or change the vault", [.error: error.description])
            return Problem(.relayMisconfigured, Self.sentence(error))
        }
    }

    private static func sentence(_ error: VaultError) -> String {
        let text = error.description
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}

/// The state of the catalog, for `GET /v1/admin/catalog`.
package struct CatalogState: Sendable {
    /// The number of methods.
    let methods: Int
    /// The folder with additional entries; nil if there is none.
    let folder: String?
    /// The faults of the folder's files. With any fault the last good catalog stays in use.
    let faults: [CatalogError.Fault]
    /// The protections of embedded entries that files of the folder switch off.
    let protectionsLost: [CatalogError.Fault]

    /// A state.
    package init(
        methods: Int, folder: String?, faults: [CatalogError.Fault], protectionsLost: [CatalogError.Fault]
    ) {
        self.methods = methods
        self.folder = folder
        self.faults = faults
        self.protectionsLost = protectionsLost
    }
}
