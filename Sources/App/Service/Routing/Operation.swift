import AdminAPI
import Audit
import AuditAPI
import Catalog
import Credentials
import Problems
import Relay
import Requests
import Vault

/// One operation of the HTTP interface. ``OperationTable/all`` declares each once.
///
/// Routing, `Allow`, authentication, the checks of a request, the OpenAPI document, the manual and the command line's
/// help read the declaration.
final class Operation: Sendable {
    /// An HTTP method. An operation for GET also takes HEAD.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"

        /// Whether requests carry a body.
        var takesBody: Bool { self == .post || self == .put }

        /// The method as `Allow` names it.
        var allowed: String { self == .get ? "GET, HEAD" : rawValue }
    }

    /// What the query of a request may hold.
    enum Query: Sendable {
        /// Only these parameters.
        case declared([ParameterDescription])
        /// Anything. The server ignores it; a page's own script may read it.
        case any
    }

    /// The code that answers a request.
    enum Handler: Sendable {
        /// A call of a method that the catalog has. It runs on the worker's loop.
        case call
        /// A call of any TOP method, with the parameters as they are. It runs on the worker's loop.
        case rawCall
        /// A request that needs a worker and is not a call. It runs on the worker's loop.
        case relay(@Sendable (AuthorizedRequest, isolated Worker) async throws(Problem) -> Reply)
        /// A request to the audit API. It runs on the worker's loop.
        case audit(@Sendable (AuthorizedRequest, AuditHandlers) async throws(Problem) -> Reply)
        /// Administration. It runs on the housekeeping loop.
        case admin(@Sendable (AuthorizedRequest, isolated AdminHandlers) async throws(Problem) -> Reply)
        /// Many sessions of an app. It runs on the housekeeping loop, and the response goes out in pieces.
        case sessionImport
        /// A request to the authority for session keys, from a caller with a token.
        case authorisation(@Sendable (AuthorizedRequest, SessionAuthority) async throws(Problem) -> Reply)
        /// The callback of a seller's browser, without a token.
        case callback
        /// The export of calls. It runs on the housekeeping loop.
        case export
        /// A description of the catalog. It runs off the loops, because thousands of methods take long.
        case description(@Sendable (isolated ServiceDescriptions, Catalog, Entry?) -> Reply)
        /// A page that does not depend on the catalog. The head of the request is enough.
        case page(@Sendable (PathArgument, Language) -> Reply)
        /// The state of the replica. The head of the request is enough.
        case state(@Sendable (ReplicaState) -> Reply)
    }

    let method: Method
    let path: PathPattern
    /// The name in the OpenAPI document.
    let id: String
    /// One line that says what the operation does.
    let summary: String
    /// The scope that a caller's token needs; nil for an operation without a token.
    let scope: Scope?
    /// A scope that is accepted instead of `scope`.
    let otherScope: Scope?
    let headers: [HeaderDescription]
    let query: Query
    /// The JSON body of the request; nil for an operation without a body.
    let body: BodyDescription?
    /// The longest body in bytes, for an operation that is not a call.
    let bodyLimit: Int
    let responses: [ResponseDescription]
    let handler: Handler

    /// - Parameters:
    ///   - headers: by default `X-Request-Id` if the operation needs a token, else none.
    ///   - query: by default no parameters.
    init(
        _ method: Method, _ path: PathPattern, id: String, scope: Scope? = nil, or other: Scope? = nil,
        _ summary: String, headers: [HeaderDescription]? = nil, query: Query = .declared([]),
        body: BodyDescription? = nil, bodyLimit: Int = RelayResponder.standardBodyLimit,
        responses: [ResponseDescription], handler: Handler
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.scope = scope
        otherScope = other
        self.summary = summary
        self.headers = headers ?? (scope == nil ? [] : [.requestID])
        self.query = query
        self.body = body
        self.bodyLimit = bodyLimit
        self.responses = responses
        self.handler = handler
    }

    /// Whether the operation makes a call.
    var isCall: Bool {
        switch handler {
        case .call, .rawCall: true
        default: false
        }
    }

    /// Whether it can record the client's address.
    var recordsOrigin: Bool { if case .callback = handler { true } else { scope != nil && !isCall } }

    /// The names of the accepted scopes, of which a token needs one; empty for an operation without a token.
    var scopeNames: [String] { [scope, otherScope].compactMap { $0?.rawValue } }

    /// The parameters of its query.
    var parameters: [ParameterDescription] {
        if case .declared(let parameters) = query { parameters } else { [] }
    }

    /// Reads a request's query.
    /// - Throws: `malformed-request` for a query with undeclared parameters.
    func checkedQuery(_ text: String?) throws(Problem) -> QueryString {
        let query = try QueryString(text)
        if case .declared(let parameters) = self.query { try query.check(parameters) }
        return query
    }
}

/// The body of a request, for the OpenAPI document.
struct BodyDescription: Sendable {
    /// JSON Schema, as JSON.
    let schema: String
    /// An example, as JSON; nil for a body that is not one JSON value.
    let example: String?
    var mediaType = BodyDescription.json
    /// Whether a request must have it.
    var isRequired = true

    static let json = "application/json"
    /// JSON, a value a line. Generators of clients know no narrower type.
    static let lines = "application/octet-stream"
}

/// A successful response of an operation, for the OpenAPI document. The document adds the problems.
struct ResponseDescription: Sendable {
    let status: Int
    let text: String
    /// The media types; the first is the default.
    let mediaTypes: [String]
    /// JSON Schema, as JSON.
    let schema: String

    /// A JSON response with a schema from the components of the document.
    static func json(_ status: Int = 200, _ text: String = "Found.", schema: String) -> ResponseDescription {
        ResponseDescription(
            status: status, text: text, mediaTypes: ["application/json"],
            schema: ##"{"$ref": "#/components/schemas/\##(schema)"}"##)
    }

    /// A page with another status than 200.
    static func page(_ status: Int, _ text: String) -> ResponseDescription {
        ResponseDescription(status: status, text: text, mediaTypes: ["text/html"], schema: #"{"type": "string"}"#)
    }

    /// A response without a body.
    static func empty(_ status: Int, _ text: String) -> ResponseDescription {
        ResponseDescription(status: status, text: text, mediaTypes: [], schema: "{}")
    }

    /// A text response.
    static func text(_ text: String, as mediaTypes: String...) -> ResponseDescription {
        ResponseDescription(status: 200, text: text, mediaTypes: mediaTypes, schema: #"{"type": "string"}"#)
    }
}
