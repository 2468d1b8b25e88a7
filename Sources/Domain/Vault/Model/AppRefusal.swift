/// Why no app can be used for a call. `description` may be shown to the caller.
package enum AppRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// No app has the name that `Top-App` gave. HTTP status 403.
    case unknown(String)
    /// The token may not use this app. HTTP status 403.
    case forbidden(app: String)
    /// No header, and nothing else says which app: so many are bound to the method, and none is the default one. HTTP
    /// status 400.
    case unnamed(bound: Int)
    /// No header, and the methods that are bound to this app cannot be read, so that the choice could be wrong. Our own
    /// fault: HTTP status 502.
    case unreadableBindings(app: String)
    /// The app's sealed secret does not open: it was damaged, moved or sealed with another key. Our own fault: HTTP
    /// status 502.
    case unreadable(app: String)

    /// A sentence for the caller.
    package var description: String {
        switch self {
        case .unknown(let name): "There is no app \"\(name)\" (header Top-App)."
        case .forbidden(let name): "The token may not use the app \"\(name)\"."
        case .unnamed(let bound):
            "The header Top-App must name the app: \(bound == 0 ? "none is" : "\(bound) are") bound to the method, "
                + "and there is no default one."
        case .unreadableBindings(let name):
            "The header Top-App must name the app, because the methods bound to the app \"\(name)\" cannot be read."
        case .unreadable(let name): "The secret of the app \"\(name)\" cannot be read."
        }
    }
}
