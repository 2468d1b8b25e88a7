/// Why a caller was not authenticated. HTTP status 401 in every case. `description` may be shown to the caller.
package enum AuthenticationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The `Authorization` header is missing.
    case missing
    /// The header is not `Bearer trk_…`.
    case malformed
    /// No token has this text. The error does not tell whether the id exists.
    case unknown
    /// The token has expired.
    case expired

    /// The text for the caller.
    package var description: String {
        switch self {
        case .missing: "The request needs an Authorization header with a bearer token."
        case .malformed: "The Authorization header must be: Bearer trk_…"
        case .unknown: "The token is unknown."
        case .expired: "The token has expired."
        }
    }
}
