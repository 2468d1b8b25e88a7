import Credentials
import JSON
import Problems
import Requests
import Time
import Vault

/// The two ends of the authorisation flow: an operator asks for the address of TOP's page, and TOP sends the seller's
/// browser back.
enum AuthorisationEndpoint {
    /// `POST /v1/admin/apps/{app}/authorizations`: makes the address, for `{"seller":"ALIAS"}`.
    static func begin(
        _ request: AuthorizedRequest, _ authority: SessionAuthority
    ) async throws(Problem) -> Reply {
        let name = SessionName(app: try request.names.app, seller: try seller(in: request.body))
        let authorisation: Authorisation
        do throws(AuthorisationError) {
            authorisation = try await authority.beginAuthorisation(of: name, by: request.caller.name)
        } catch {
            throw Problem(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.name("url")
        json.string(authorisation.url)
        json.name("expires_at")
        json.string(RFC3339.text(epochMilliseconds: authorisation.expiresAt))
        json.endObject()
        return .json(json.bytes, status: 201)
    }

    private static func seller(in body: [UInt8]) throws(Problem) -> String {
        let root: JSONValue
        do { root = try JSONDocument(body).root } catch {
            throw Problem(.malformedRequest, "The body is not acceptable JSON: \(error).")
        }
        guard root.kind == .object else { throw Problem(.invalidParameters, "The body must be a JSON object.") }
        for member in root.members where member.name != "seller" {
            throw Problem(
                .invalidParameters,
                "\"\(member.name.prefix(64))\" is not a member of an authorization. Its only member is seller.")
        }
        guard let seller = root["seller"]?.string else {
            throw Problem(.invalidParameters, "seller must be the alias that callers give in Top-Seller.")
        }
        return seller
    }

    /// `GET /v1/oauth/callback`: the page that the seller sees in the end. A HEAD, as previews of links send it, uses
    /// nothing.
    /// - Parameter origin: where the browser's request comes from, for the record of changes.
    static func end(
        _ query: String?, isHead: Bool, from origin: String, _ language: Language, _ authority: SessionAuthority
    ) async -> Reply {
        // A repeated parameter has two readings.
        guard !isHead, let query = try? QueryString(query), !query.repeats(["state", "code", "error"]) else {
            return AuthorisationPage.reply(.invalidState, language)
        }
        let result = await authority.endAuthorisation(
            state: query["state"], code: query["code"], error: query["error"], origin: origin)
        return AuthorisationPage.reply(result, language)
    }
}

extension Problem {
    /// The problem of an authorisation that cannot begin.
    fileprivate init(_ error: AuthorisationError) {
        switch error {
        case .noPublicURL:
            self.init(
                .conflict,
                "TOPRELAY_PUBLIC_URL is not set, so TOP could not send the seller back. Set it to the address under "
                    + "which browsers reach the relay.")
        case .notReady: self = .staleCredentials
        case .vault(.notFound(let what)): self.init(.notFound, "There is no \(what).")
        case .vault(.tooLarge):
            self.init(
                .overloaded, "Too many authorizations are under way.", retryable: true, retryAfterSeconds: 60)
        case .vault(.invalid(let field, let expectation)):
            self.init(.invalidParameters, "\(field): \(expectation).")
        case .vault: self = .staleCredentials
        }
    }

    private static var staleCredentials: Problem {
        Problem(
            .auditUnavailable, "The vault cannot be read or changed now.", retryable: true, retryAfterSeconds: 1)
    }
}
