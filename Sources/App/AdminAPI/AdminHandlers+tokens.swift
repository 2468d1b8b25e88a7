import JSON
package import Problems
package import Requests
import Vault

extension AdminHandlers {
    /// `GET /v1/admin/tokens`: one page of tokens, by name.
    package func tokens(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let page = try AdminPage(request.query, keyParts: 1)
        let tokens = try await onVault(for: request) { store throws(VaultError) in
            try await store.listTokens(after: page.after?[0], limit: page.fetched)
        }
        return page.reply(tokens, key: { [$0.name] }, write: { $0.write(to: &$1) })
    }

    /// `GET /v1/admin/tokens/{token}`: one token.
    package func token(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let name = try request.names.token
        let token = try await onVault(for: request) { store throws(VaultError) in
            try await store.token(named: name)
        }
        return .entity(token.version) { token.write(to: &$0) }
    }

    /// `POST /v1/admin/tokens`: makes a token. The reply is the only one that ever has its text.
    package func createToken(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let input = try readToken(request.body)
        let (text, token) = try await onVault(for: request) { store throws(VaultError) in
            let text = try await store.createToken(input)
            return (text, try await store.token(named: input.name))
        }
        var reply = Reply.entity(token.version, status: 201) { token.write(to: &$0, text: text) }
        reply.headers.append(("Location", "/v1/admin/tokens/\(token.name)"))
        return reply
    }

    private func readToken(_ bytes: [UInt8]) throws(Problem) -> TokenInput {
        var body = try AdminBody(bytes)
        var input = TokenInput(
            name: body.requiredText("name"), scopes: Set(body.words("scopes") ?? []), apps: body.texts("apps") ?? [],
            methods: body.texts("methods") ?? [], sellers: body.texts("sellers") ?? [], rate: body.rate("rate"),
            concurrency: body.integer("concurrency"), callbacks: body.texts("callbacks") ?? [])
        let end = body.time("expires_at")
        let length = body.duration("expires_in")
        try body.finish(shown: TokenRecord.shownMembers)
        switch (end, length) {
        case (.set(let time), nil): input.expiresAt = time
        case (.set, _?): throw Problem(.invalidParameters, "Give expires_at or expires_in, not both.")
        case (_, let length): input.expiresAt = length.map { now() + $0 }
        }
        return input
    }

    /// `DELETE /v1/admin/tokens/{token}`: withdraws a token.
    package func removeToken(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (name, condition) = (try request.names.token, try request.condition)
        try await onVault(for: request) { store throws(VaultError) in
            try await store.removeToken(name, if: condition)
        }
        return .removed
    }
}
