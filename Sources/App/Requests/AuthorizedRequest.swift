package import Audit
package import Catalog
import Problems
package import Vault

/// A request whose head was checked: its caller has the operation's scope, and its query has only declared parameters.
package struct AuthorizedRequest: Sendable {
    /// The token of the caller. It has the operation's scope.
    package let caller: AccessToken
    /// The query's parameters. All of them are declared.
    package let query: QueryString
    /// The body. Its media type is JSON.
    package let body: [UInt8]
    /// The catalog at the time when the request arrived.
    package let catalog: Catalog
    /// What the path names.
    package let names: PathNames
    /// Where the request comes from: the client's address, and what `X-Forwarded-For` says.
    package let origin: String
    private let preconditions: Preconditions
    private let call: CallID?
    private let refusal: RejectedRequestReference?

    /// - Parameters:
    ///   - call: the id of the call that the path names.
    ///   - refusal: the rejected request that the path names.
    ///   - names: what else the path names.
    ///   - preconditions: the values of `If-Match` and `If-None-Match`.
    ///   - origin: where the request comes from.
    package init(
        caller: AccessToken, call: CallID?, refusal: RejectedRequestReference? = nil, query: QueryString,
        body: [UInt8], catalog: Catalog, names: PathNames = PathNames(),
        preconditions: Preconditions = Preconditions(), origin: String = ""
    ) {
        self.names = names
        self.preconditions = preconditions
        self.origin = origin
        self.caller = caller
        self.call = call
        self.refusal = refusal
        self.query = query
        self.body = body
        self.catalog = catalog
    }

    /// The id of the call that the path names.
    /// - Throws: `internal-error` if the path does not name one.
    package var id: CallID {
        get throws(Problem) {
            guard let call else { throw Problem(.internalError, "The path of this operation names no call.") }
            return call
        }
    }

    /// The rejected request that the path names.
    /// - Throws: `internal-error` if the path does not name one.
    package var refusalReference: RejectedRequestReference {
        get throws(Problem) {
            guard let refusal else {
                throw Problem(.internalError, "The path of this operation names no rejected request.")
            }
            return refusal
        }
    }

    /// What `If-Match` and `If-None-Match` require of what is changed.
    /// - Throws: `malformed-request` for a value that cannot be read.
    package var condition: VaultCondition {
        get throws(Problem) { try preconditions.condition() }
    }

    /// Who makes the request, for the record of changes.
    package var author: ChangeAuthor { ChangeAuthor(actor: caller.name, origin: origin) }

    /// On whose behalf the request reads the trail.
    package var access: TrailAccess { .token(caller) }
}
