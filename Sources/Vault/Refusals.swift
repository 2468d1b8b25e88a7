/// Why a caller is not known. HTTP status 401 in every case; `description` may be shown to the caller.
public enum AuthenticationRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no `Authorization` header.
    case missing
    /// The header is not `Bearer trk_…`.
    case malformed
    /// No token has this text. Whether its id is known is not told.
    case unknown
    /// The token was right, but it has ended.
    case expired

    /// A sentence for the caller.
    public var description: String {
        switch self {
        case .missing: "An Authorization header with a bearer token is expected."
        case .malformed: "The Authorization header is expected to be: Bearer trk_…"
        case .unknown: "The token is not known."
        case .expired: "The token has expired."
        }
    }
}

/// Why no app can be used for a call. `description` may be shown to the caller.
public enum AppRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// No app has the name that `Top-App` gave. HTTP status 403.
    case unknown(String)
    /// The token may not use this app. HTTP status 403.
    case forbidden(app: String)
    /// No header, and nothing else says which app. HTTP status 400.
    case unnamed
    /// The app's sealed secret does not open: it was damaged, moved or sealed with another key. Our own fault: HTTP status 502.
    case unreadable(app: String)

    /// A sentence for the caller.
    public var description: String {
        switch self {
        case .unknown(let name): "There is no app \"\(name)\" (header Top-App)."
        case .forbidden(let name): "The token may not use the app \"\(name)\"."
        case .unnamed: "The header Top-App must name the app: none is bound to the method, and there is no default one."
        case .unreadable(let name): "The secret of the app \"\(name)\" cannot be read."
        }
    }
}

/// Why no session can be used for a call. HTTP status 424 in every case; `description` may be shown to the caller.
public enum SessionRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The app has no session for the seller that `Top-Seller` gave.
    case unknown(seller: String, app: String)
    /// The app has no session at all.
    case missing(app: String)
    /// No header, several sessions, none of them the default one.
    case unnamed(app: String)
    /// The session has ended.
    case expired(seller: String, app: String)
    /// The sealed session does not open: it was damaged, moved or sealed with another key.
    case unreadable(seller: String, app: String)

    /// A sentence for the caller.
    public var description: String {
        switch self {
        case .unknown(let seller, let app):
            "The app \"\(app)\" has no session for the seller \"\(seller)\" (header Top-Seller)."
        case .missing(let app): "The app \"\(app)\" has no session."
        case .unnamed(let app):
            "The header Top-Seller must name the seller: the app \"\(app)\" has several sessions and no default one."
        case .expired(let seller, let app):
            "The session of the seller \"\(seller)\" with the app \"\(app)\" has expired."
        case .unreadable(let seller, let app):
            "The session of the seller \"\(seller)\" with the app \"\(app)\" cannot be read."
        }
    }
}
