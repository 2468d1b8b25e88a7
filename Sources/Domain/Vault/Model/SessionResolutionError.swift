/// Why no session can be used for a call. HTTP status 424 in every case. `description` may be shown to the caller.
package enum SessionResolutionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The app does not have a session of the seller in `Top-Seller`.
    case unknown(seller: String, app: String)
    /// The app has no session at all.
    case missing(app: String)
    /// The call does not name a seller. The app has several sessions and no default one.
    case unnamed(app: String)
    /// The session has expired.
    case expired(seller: String, app: String)
    /// The sealed session cannot be opened: it was damaged, moved or sealed with another key.
    case unreadable(seller: String, app: String)

    /// The text for the caller.
    package var description: String {
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
