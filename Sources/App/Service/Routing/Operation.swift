import AdminAPI
import Audit
import AuditAPI
import Catalog
import Problems
import Relay
import Requests
import Vault

/// One operation of the HTTP interface, declared once in ``OperationTable/all``.
///
/// Routing, `Allow`, authentication, the checks of a request, the OpenAPI document, the manual and the command line's
/// help read it.
final class Operation: Sendable {
    /// An HTTP method. An operation for GET takes HEAD too.
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
        /// These parameters and no other one.
        case declared([ParameterDescription])
        /// Anything. Only a page's own script may read it.
        case any
    }

    /// What answers a request.
    enum Handler: Sendable {
        /// One TOP method of the catalog: the path of a call.
        case call
        /// Any TOP method, with the parameters as they are.
        case rawCall
        /// Something of the call path that is not a call, on the worker's loop.
        case relay(@Sendable (AuthorizedRequest, isolated Worker) async throws(Problem) -> Reply)
        /// The audit API, on the worker's loop.
        case audit(@Sendable (AuthorizedRequest, AuditHandlers) async throws(Problem) -> Reply)
        /// Administration, on a loop of its own.
        case admin(@Sendable (AuthorizedRequest, isolated AdminHandlers) async throws(Problem) -> Reply)
        /// Many sessions of an app, on the same loop. The answer goes out in pieces.
        case sessionImport
        /// Calls as a file, on a loop of its own.
        case export
        /// A description of the catalog; made off the loops, because thousands of methods take long.
        case description(@Sendable (isolated ServiceDescriptions, Catalog, Entry?) -> Reply)
        /// A page that is the same for every catalog; answered when the head has arrived.
        case page(@Sendable (PathArgument, Language) -> Reply)
        /// What the replica knows of itself; answered when the head has arrived.
        case state(@Sendable (ReplicaState) -> Reply)
    }

    let method: Method
    let path: PathPattern
    /// The name in the OpenAPI document.
    let id: String
    /// What it does, in one line.
    let summary: String
    /// The scope that a caller's token needs; nil for an operation without a token.
    let scope: Scope?
    /// A scope that will do as well.
    let otherScope: Scope?
    let headers: [HeaderDescription]
    let query: Query
    /// JSON that the request carries; nil for an operation without a body.
    let body: BodyDescription?
    /// The longest body in bytes, for an operation that is not a call.
    let bodyLimit: Int
    let responses: [ResponseDescription]
    let handler: Handler

    /// - Parameters:
    ///   - headers: `X-Request-Id` where nothing else is said and a token is needed.
    ///   - query: nothing where nothing else is said.
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

    /// Whether it makes calls.
    var isCall: Bool {
        switch handler {
        case .call, .rawCall: true
        default: false
        }
    }

    /// The names of the scopes of which one is needed; empty for an operation without a token.
    var scopeNames: [String] { [scope, otherScope].compactMap { $0?.rawValue } }

    /// The parameters of its query.
    var parameters: [ParameterDescription] {
        if case .declared(let parameters) = query { parameters } else { [] }
    }

    /// Reads a request's query and refuses what is not declared.
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

/// A response of an operation that did what it was asked for, for the OpenAPI document. Problems are added.
struct ResponseDescription: Sendable {
    let status: Int
    let text: String
    /// The first is the usual one.
    let mediaTypes: [String]
    /// JSON Schema, as JSON.
    let schema: String

    /// JSON of a schema among the document's components.
    static func json(_ status: Int = 200, _ text: String = "Found.", schema: String) -> ResponseDescription {
        ResponseDescription(
            status: status, text: text, mediaTypes: ["application/json"],
            schema: ##"{"$ref": "#/components/schemas/\##(schema)"}"##)
    }

    /// A response without a body.
    static func empty(_ status: Int, _ text: String) -> ResponseDescription {
        ResponseDescription(status: status, text: text, mediaTypes: [], schema: "{}")
    }

    /// A text of another type.
    static func text(_ text: String, as mediaTypes: String...) -> ResponseDescription {
        ResponseDescription(status: 200, text: text, mediaTypes: mediaTypes, schema: #"{"type": "string"}"#)
    }
}
