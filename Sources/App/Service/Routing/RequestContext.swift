import Catalog
import EventLoop
import Problems
import Relay
import Vault

/// The results of the checks of a request's head. The handler gets them too, so that nothing is looked up twice and the
/// whole request uses one catalog.
final class RequestContext: Sendable {
    let catalog: Catalog
    let operation: Operation
    /// The thing that the path names, besides the operation.
    let argument: PathArgument
    let fields: RequestFields
    private let authorization: Authorization?
    /// What the caller's limits say of a call.
    let admission: CallerAdmission

    /// - Parameters:
    ///   - authorization: the caller's authorization, for operations that need a token.
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

    /// The caller when the head arrived, for operations that need a token.
    var caller: AccessToken? { authorization?.token }

    /// The caller, checked again with the worker's current copy of the vault. Call it on the worker's loop.
    /// - Throws: a problem if the caller may no longer use the operation.
    func confirmedCaller(by worker: Worker) throws(Problem) -> AccessToken {
        guard let authorization else { throw Problem(.internalError, "The request was not authorized.") }
        return try worker.authorizer.value.confirm(authorization)
    }
}
