import AuditAPI
import Problems
import Relay
import Resources
import Requests
import Vault

extension OperationTable {
    /// Every operation of the HTTP interface. Add a new operation here, or to the list of its kind.
    static let all: [Operation] = calls + admin + authorisation + pages

    private static let calls: [Operation] = [
        Operation(
            .post, "/v1/top/{method}", id: "call", scope: .relay,
            "Calls a TOP method. Some methods have a path of their own besides.",
            headers: HeaderDescription.ofCalls,
            responses: [
                ResponseDescription(
                    status: 200,
                    text: "TOP answered; `outcome` says what became of the call. With Top-Dry-Run, what would be sent.",
                    mediaTypes: ["application/json"], schema: #"{"type": "object"}"#)
            ],
            handler: .call),
        Operation(
            .post, "/v1/raw/{method}", id: "rawCall", scope: .relayRaw,
            "Calls any TOP method, with or without an entry. The parameters go out as they are.",
            headers: HeaderDescription.ofCalls,
            body: BodyDescription(
                schema: ##"{"$ref": "#/components/schemas/RawParameters"}"##,
                example: #"{"fields": "num_iid,title", "num_iid": 13088700250}"#),
            responses: [
                .json(200, "TOP answered; `outcome` says what became of the call.", schema: "RawAnswer")
            ],
            handler: .rawCall),
        Operation(
            .get, "/v1/calls/{id}", id: "ownCall", scope: .relay, or: .relayRaw,
            "One of the caller's own calls, as its answer said it or as it stands now",
            responses: [.json(schema: "OwnCall")],
            handler: .relay { request, worker async throws(Problem) in
                try await worker.ownCall(request.id, of: request.caller, catalog: request.catalog)
            }),
        Operation(
            .get, "/v1/audit/calls", id: "listCalls", scope: .auditRead, "Everybody's calls, newest first",
            query: .declared(AuditParameters.calls), responses: [.json(schema: "Calls")],
            handler: .audit { request, audit async throws(Problem) in try await audit.calls(request) }),
        Operation(
            .get, "/v1/audit/calls/{id}", id: "auditCall", scope: .auditRead, "One call",
            query: .declared(AuditParameters.call), responses: [.json(schema: "Call")],
            handler: .audit { request, audit async throws(Problem) in try await audit.call(request) }),
        Operation(
            .get, "/v1/audit/trace", id: "trace", scope: .auditRead,
            "Everything that happened to one thing: calls and rejected requests, oldest first",
            query: .declared(AuditParameters.trace), responses: [.json(schema: "Trace")],
            handler: .audit { request, audit async throws(Problem) in try await audit.trace(request) }),
        Operation(
            .post, "/v1/audit/calls/{id}/notes", id: "addNote", scope: .auditNote,
            "Adds a note to a call, under the token's name",
            body: BodyDescription(
                schema: ##"{"$ref": "#/components/schemas/NewNote"}"##,
                example: #"{"text": "Found the card in the shop's list.", "settles": "done"}"#),
            responses: [.json(201, "Added.", schema: "Note")],
            handler: .audit { request, audit async throws(Problem) in try await audit.addNote(request) }),
        Operation(
            .post, "/v1/audit/calls/{id}/unmask", id: "unmaskCall", scope: .auditUnmask,
            "The full request of a call, unmasked; each reading is recorded",
            body: BodyDescription(
                schema: ##"{"$ref": "#/components/schemas/UnmaskReason"}"##,
                example: #"{"reason": "The customer asks what was sent."}"#),
            responses: [
                .json(
                    200, "The business parameters as they were sent. Never to be cached.", schema: "UnmaskedRequest")
            ],
            handler: .audit { request, audit async throws(Problem) in try await audit.unmask(request) }),
        Operation(
            .post, "/v1/audit/erase", id: "erase", scope: .admin,
            "Removes the requests and responses of all calls with a business key; each erasure is recorded",
            body: BodyDescription(
                schema: ##"{"$ref": "#/components/schemas/NewErasure"}"##,
                example: #"{"key": "phone:13800000000", "reason": "The person asked for it.", "dry_run": true}"#),
            responses: [.json(200, "Erased, or counted.", schema: "Erasure")],
            handler: .audit { request, audit async throws(Problem) in try await audit.erase(request) }),
        Operation(
            .get, "/v1/audit/refusals", id: "listRefusals", scope: .auditRead,
            "Requests that never became calls, newest first, of the last 7 days",
            query: .declared(AuditParameters.refusals), responses: [.json(schema: "Refusals")],
            handler: .audit { request, audit async throws(Problem) in try await audit.refusals(request) }),
        Operation(
            .get, "/v1/audit/refusals/{refusal}", id: "auditRefusal", scope: .auditRead,
            "One rejected request, by its number or by the X-Request-Id that the relay gave in its reply",
            responses: [.json(schema: "Refusal")],
            handler: .audit { request, audit async throws(Problem) in try await audit.refusal(request) }),
        Operation(
            .get, "/v1/audit/stats", id: "stats", scope: .auditRead, "Figures of calls that have ended",
            query: .declared(AuditParameters.stats), responses: [.json(schema: "Stats")],
            handler: .audit { request, audit async throws(Problem) in try await audit.stats(request) }),
        Operation(
            .get, "/v1/audit/export", id: "exportCalls", scope: .auditRead,
            "Everybody's calls as a file: a JSON object a line, or CSV",
            query: .declared(AuditParameters.export),
            responses: [.text("Found.", as: "application/x-ndjson", "text/csv")],
            handler: .export),
    ]

    private static let authorisation: [Operation] = [
        Operation(
            .post, "/v1/admin/apps/{app}/authorizations", id: "authorize", scope: .admin,
            "Makes the address of TOP's page on which a seller authorises the app",
            body: BodyDescription(
                schema: ##"{"$ref": "#/components/schemas/NewAuthorization"}"##, example: #"{"seller": "shop-1"}"#),
            responses: [.json(201, "Pass `url` to the seller. It works once.", schema: "Authorization")],
            handler: .authorisation { request, authority async throws(Problem) in
                try await AuthorisationEndpoint.begin(request, authority)
            }),
        Operation(
            .get, "/v1/oauth/callback", id: "oauthCallback", "Where TOP sends a seller's browser back to",
            query: .any,
            responses: [
                .text("HTML: the session is stored.", as: "text/html"), .page(400, "HTML: the link is not valid."),
                .page(409, "HTML: it is another user of TOP."), .page(502, "HTML: TOP refused or gave no answer."),
                .page(503, "HTML: the vault cannot be changed."),
            ], handler: .callback),
    ]

    private static let pages: [Operation] = [
        Operation(
            .get, "/livez", id: "live", "Whether the process runs", query: .any,
            responses: [.text("It does.", as: "text/plain")],
            handler: .state { $0.readiness.liveness?.reply ?? Liveness.alive }),
        Operation(
            .get, "/readyz", id: "ready", "Whether the replica takes calls", query: .any,
            responses: [
                .json(200, "It does.", schema: "Readiness"),
                .json(503, "It does not; `checks` says why.", schema: "Readiness"),
            ], handler: .state { $0.readiness.reply }),
        Operation(
            .get, "/version", id: "version", "The release of the replica, and the commit that it was built from",
            query: .any, responses: [.json(200, "The release.", schema: "Release")],
            handler: .state { _ in Release.reply }),
        Operation(
            .get, "/metrics", id: "metrics", "Prometheus metrics", query: .any,
            responses: [.text("Text format 0.0.4.", as: "text/plain")], handler: .state { $0.metrics }),
        Operation(
            .get, "/openapi.json", id: "openAPI", "The HTTP interface as an OpenAPI 3.1 document", query: .any,
            responses: [
                ResponseDescription(
                    status: 200, text: "OpenAPI 3.1.", mediaTypes: ["application/json"], schema: #"{"type": "object"}"#)
            ],
            handler: .description { descriptions, catalog, _ in descriptions.openAPI(of: catalog) }),
        Operation(
            .get, "/", id: "root", "Leads to `/docs`", query: .any,
            responses: [ResponseDescription(status: 302, text: "See `/docs`.", mediaTypes: [], schema: "{}")],
            handler: .page { _, _ in Reply(status: 302, headers: [("Location", "/docs")], body: []) }),
        Operation(
            .get, "/problems/{type}", id: "problem", "What a type of problem means, in English and Chinese",
            query: .any, responses: [.text("HTML.", as: "text/html")],
            handler: .page { argument, language in
                guard case .problem(let type) = argument else { return Problem(.notFound, "No such type.").reply }
                return ProblemPage.reply(type, language)
            }),
        Operation(
            .get, "/docs", id: "docs", "A page on which to find a method", query: .any,
            responses: [.text("HTML.", as: "text/html")],
            handler: .description { descriptions, catalog, _ in descriptions.docs(of: catalog) }),
        Operation(
            .get, "/docs/{method}", id: "methodDocs", "The same for one method", query: .any,
            responses: [.text("HTML.", as: "text/html")],
            handler: .description { descriptions, _, entry in descriptions.docs(of: entry) }),
        Operation(
            .get, "/console", id: "console", "A page on which to search the audit trail", query: .any,
            responses: [.text("HTML.", as: "text/html")], handler: .state { _ in ConsolePage.reply }),
    ]
}
