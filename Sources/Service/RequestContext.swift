import Catalog
import Problems
import Relay
import Vault

/// What the head of a request has told. It goes from the decision on the head to the answer, so that nothing is looked
/// up twice and one catalog serves the whole request.
struct RequestContext: Sendable {
    let catalog: Catalog
    let route: Route
    /// The caller, on routes that need a token.
    let caller: AccessToken?

    /// The caller and whether it may still use the route, by the worker's copy of the vault.
    func confirmedCaller(by worker: isolated Worker) throws(Problem) -> AccessToken {
        guard let caller, let scope = route.scope else {
            throw Problem(.internalError, "The request was not authorized.")
        }
        return try worker.confirm(caller, for: scope)
    }
}
