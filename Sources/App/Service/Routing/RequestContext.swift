import Catalog
import EventLoop
import Problems
import Relay
import Vault

/// What the head of a request has told. It goes from the decision on the head to the answer, so that nothing is looked
/// up twice and one catalog serves the whole request.
final class RequestContext: Sendable {
    let catalog: Catalog
    let operation: Operation
    /// What the path says beside the operation.
    let argument: PathArgument
    let fields: RequestFields
    private let authorization: Authorization?
    /// What the caller's limits say of a call.
    let admission: CallerAdmission

    /// - Parameters:
    ///   - authorization: the caller's, for operations that need a token.
    ///   - admission: what the caller's limits say of a call. Its place ends with the context.
    init(
        catalog: Catalog, operation: Operation, argument: PathArgument, fields: consuming RequestFields,
        authorization: Authorization?, admission: CallerAdmission = CallerAdmission()
    ) {
        self.admission = admission
        self.catalog = catalog
        self.operation = operation
        self.argument = argument
        self.fields = fields
        self.authorization = authorization
    }

    /// The caller by the head of the request, for operations that need a token.
    var caller: AccessToken? { authorization?.token }

    /// The caller and whether it may still use the operation, by the worker's copy of the vault.
    /// On the thread of the worker's loop.
    func confirmedCaller(by worker: Worker) throws(Problem) -> AccessToken {
        guard let authorization else { throw Problem(.internalError, "The request was not authorized.") }
        return try worker.authorizer.value.confirm(authorization)
    }
}
