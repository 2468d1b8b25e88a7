import AdminAPI
import AuditAPI
import Credentials
import Crypto
import HTTPServer
import Logging
import Problems
import Relay
import Requests
import Time

/// Runs the operations that need a token and are not calls.
struct OperationEndpoint: Sendable {
    let context: RequestContext
    /// The query of the request, undecoded.
    let query: String?
    let body: [UInt8]
    /// The client's address.
    let clientAddress: String?
    /// Gets session keys.
    let authority: SessionAuthority
    let admin: AdminHandlers
    /// Unmasks requests.
    let masterKey: KeyRing?
    let logger: Logger

    /// The reply of an operation that runs on the worker's loop.
    func reply(on worker: isolated Worker) async -> Reply {
        do throws(Problem) {
            let request = try authorized(by: worker)
            switch context.operation.handler {
            case .relay(let handle): return try await handle(request, worker)
            case .audit(let handle): return try await handle(request, try audit(of: worker))
            case .admin(let handle): return try await handle(request, admin)
            case .authorisation(let handle): return try await handle(request, authority)
            case .call, .rawCall, .callback, .sessionImport, .export, .description, .page, .state:
                throw Problem(.internalError, "The operation does not run on a worker.")
            }
        } catch {
            return error.reply
        }
    }

    /// The export that the caller asks for, limited to the calls that it may see.
    func export(on worker: isolated Worker) async throws(Problem) -> AuthorizedExport {
        try await audit(of: worker).export(try authorized(by: worker))
    }

    /// The request after all checks of its head.
    func authorized(by worker: isolated Worker) throws(Problem) -> AuthorizedRequest {
        let caller = try context.confirmedCaller(by: worker)
        _ = try context.fields.clientRequestID()
        let query = try context.operation.checkedQuery(query)
        switch context.operation.body?.mediaType {
        case nil: break
        case BodyDescription.lines: try context.fields.checkIsNDJSON()
        default: try context.fields.checkIsJSON()
        }
        return AuthorizedRequest(
            caller: caller, call: context.argument.call, refusal: context.argument.refusal, query: query, body: body,
            catalog: context.catalog, names: context.argument.names,
            preconditions: Preconditions(ifMatch: context.fields.ifMatch, ifNoneMatch: context.fields.ifNoneMatch),
            origin: context.fields.origin(clientAddress))
    }

    private func audit(of worker: isolated Worker) throws(Problem) -> AuditHandlers {
        AuditHandlers(
            reader: worker.trailReader, keys: try worker.fingerprintKeys(), masterKey: masterKey, logger: logger,
            now: WallClock.milliseconds)
    }
}
