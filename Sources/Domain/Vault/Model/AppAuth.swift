/// How an app gets the session keys of its sellers.
package struct AppAuth: Sendable, Equatable {
    /// Where authorisation codes and refresh tokens are exchanged.
    package enum Exchange: String, Sendable, CaseIterable {
        /// At the OAuth address.
        case oauth
        /// With `taobao.top.auth.token.create` and `taobao.top.auth.token.refresh`, at the app's gateway.
        case top
    }

    /// TOP's page on which a seller authorises an app.
    package static let standardAuthorizeURL = "https://oauth.taobao.com/authorize"
    /// TOP's address for codes and refresh tokens.
    package static let standardTokenURL = "https://oauth.taobao.com/token"

    /// Where codes and refresh tokens are exchanged.
    package var exchange: Exchange
    /// The page on which sellers authorise the app. Nil means TOP's.
    package var authorizeURL: String?
    /// The OAuth address. Nil means TOP's.
    package var tokenURL: String?

    /// The way of an app. The default is TOP's OAuth.
    package init(exchange: Exchange = .oauth, authorizeURL: String? = nil, tokenURL: String? = nil) {
        self.exchange = exchange
        self.authorizeURL = authorizeURL
        self.tokenURL = tokenURL
    }
}

/// A change of an app's ``AppAuth``. A member that is not given keeps the stored value.
package struct AppAuthInput: Sendable {
    /// Where codes and refresh tokens are exchanged.
    package var exchange: AppAuth.Exchange?
    /// The page on which sellers authorise the app: https, or loopback. Without one it is TOP's.
    package var authorizeURL: PatchValue<String>
    /// The OAuth address: https, or loopback. Without one it is TOP's.
    package var tokenURL: PatchValue<String>

    /// A change. Without arguments it changes nothing.
    package init(
        exchange: AppAuth.Exchange? = nil, authorizeURL: PatchValue<String> = .keep,
        tokenURL: PatchValue<String> = .keep
    ) {
        self.exchange = exchange
        self.authorizeURL = authorizeURL
        self.tokenURL = tokenURL
    }

    /// Whether it changes nothing.
    var isEmpty: Bool { exchange == nil && !authorizeURL.isGiven && !tokenURL.isGiven }

    func check() throws(VaultError) {
        for (url, field) in [(authorizeURL, "OAuth authorize URL"), (tokenURL, "OAuth token URL")] {
            if case .set(let url) = url { _ = try GatewayURL(url, allowsHTTP: false, field: field) }
        }
    }
}
