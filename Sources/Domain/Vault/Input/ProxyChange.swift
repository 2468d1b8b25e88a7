package import Crypto

/// What a change of an app does to its proxy.
package enum ProxyChange: Sendable {
    /// The app has no proxy any more.
    case removal
    /// The app has this proxy. Without a password it keeps the known one if the URL is the same; otherwise it has none.
    /// A password is never sent to another proxy than the one that it was given for.
    case url(String, password: Secret?)
    /// The app's proxy has this password.
    case password(Secret)

    /// Whether it gives a URL, or removes it.
    var givesURL: Bool { if case .password = self { false } else { true } }

    /// Whether it gives a password.
    var givesPassword: Bool {
        switch self {
        case .removal, .url(_, nil): false
        case .url(_, _?), .password: true
        }
    }

    func check() throws(VaultError) {
        switch self {
        case .removal: break
        case .password(let password): try VaultInput.appSecret(password, field: "proxy password")
        case .url(let text, let password):
            let url = try ProxyURL(text)
            guard let password else { return }
            try VaultInput.appSecret(password, field: "proxy password")
            guard url.user != nil else {
                throw .invalid(
                    field: "proxy password", expectation: "needs a user in the proxy's URL: http://USER@HOST:PORT")
            }
        }
    }
}
