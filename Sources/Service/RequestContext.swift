import Catalog
import Relay
import Vault

/// What the head of a request has told. It goes from the decision on the head to the answer, so that nothing is looked
/// up twice and one catalog serves the whole request.
final class RequestContext: Sendable {
    let catalog: Catalog
    let route: Route
    private let authorization: Authorization?

    /// - Parameter authorization: the caller's, on routes that need a token.
    init(catalog: Catalog, route: Route, authorization: Authorization?) {
        self.catalog = catalog
        self.route = route
        self.authorization = authorization
    }

    /// The caller by the head of the request, on routes that need a token.
    var caller: AccessToken? { authorization?.token }

    /// The caller and whether it may still use the route, by the worker's copy of the vault.
    func confirmedCaller(by worker: isolated Worker) throws(Problem) -> AccessToken {
        guard let authorization else { throw Problem(.internalError, "The request was not authorized.") }
        return try worker.confirm(authorization)
    }
}
