/// Why no app can be used for a call. `description` may be shown to the caller.
package enum AppResolutionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The app in `Top-App` does not exist. HTTP status 403.
    case unknown(String)
    /// The token may not use this app. HTTP status 403.
    case forbidden(app: String)
    /// The call does not name an app. Several apps, or none, are bound to the method, and there is no default app. HTTP
    /// status 400.
    case unnamed(bound: Int)
    /// The call does not name an app. The methods bound to this app cannot be read, so the choice could be wrong. HTTP
    /// status 502.
    case unreadableBindings(app: String)
    /// The app's sealed secret cannot be opened: it was damaged, moved or sealed with another key. HTTP status 502.
    case unreadable(app: String)

    /// The text for the caller.
    package var description: String {
        switch self {
        case .unknown(let name): "The app \"\(name)\" does not exist (header Top-App)."
        case .forbidden(let name): "The token may not use the app \"\(name)\"."
        case .unnamed(let bound):
            "The header Top-App must name the app: \(bound == 0 ? "no app is" : "\(bound) apps are") bound to the method, "
                + "and there is no default app."
        case .unreadableBindings(let name):
            "The header Top-App must name the app, because the methods bound to the app \"\(name)\" cannot be read."
        case .unreadable(let name): "The secret of the app \"\(name)\" cannot be read."
        }
    }
}
