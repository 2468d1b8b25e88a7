package import Audit
package import Catalog
package import Problems
package import Vault

/// A request whose head has been checked: its caller may make it, and its query holds declared parameters only.
package struct AuthorizedRequest: Sendable {
    /// Whoever asks; the token has the operation's scope.
    package let caller: AccessToken
    /// The parameters, all of them declared.
    package let query: QueryString
    /// The body: JSON, as far as its head says.
    package let body: [UInt8]
    /// The methods in force when the request arrived.
    package let catalog: Catalog
    private let call: CallID?

    /// - Parameter call: the call that the path names.
    package init(caller: AccessToken, call: CallID?, query: QueryString, body: [UInt8], catalog: Catalog) {
        self.caller = caller
        self.call = call
        self.query = query
        self.body = body
        self.catalog = catalog
    }

    /// The call that the path names.
    /// - Throws: `internal-error` on a path that names none.
    package var id: CallID {
        get throws(Problem) {
            guard let call else { throw Problem(.internalError, "The path of this operation names no call.") }
            return call
        }
    }

    /// On whose behalf the trail is read.
    package var access: TrailAccess { .token(caller) }
}
